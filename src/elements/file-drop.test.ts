import { describe, expect, it } from 'vitest';
import { FileDrop } from './file-drop';

const clip = new File(['x'], 'clip.webm');

function dragged(type: string, files: readonly File[], types: readonly string[] = ['Files']): Event {
  return Object.assign(new Event(type, { cancelable: true }), { dataTransfer: { types, files } });
}

function dropped() {
  const target = new EventTarget();
  const told: unknown[] = [];
  const drop = new FileDrop(target, { over: (over) => told.push(over), file: ({ name }) => told.push(name) });
  drop.listen();
  return { target, told, drop };
}

describe('FileDrop', () => {
  it('is over once while the pointer moves between children', () => {
    const { target, told } = dropped();
    for (const type of ['dragenter', 'dragenter', 'dragleave', 'dragleave']) {
      target.dispatchEvent(dragged(type, []));
    }
    expect(told).toEqual([true, false]);
  });

  it('takes the file and keeps the browser from opening it', () => {
    const { target, told } = dropped();
    target.dispatchEvent(dragged('dragenter', []));
    const event = dragged('drop', [clip]);
    target.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    expect(told).toEqual([true, false, 'clip.webm']);
  });

  it('leaves dragged text to the page', () => {
    const { target, told } = dropped();
    const event = dragged('drop', [], ['text/plain']);
    target.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    expect(told).toEqual([]);
  });

  it('hears nothing once closed, and again after listen', () => {
    const { target, told, drop } = dropped();
    drop.close();
    target.dispatchEvent(dragged('drop', [clip]));
    expect(told).toEqual([]);
    drop.listen();
    drop.listen();
    target.dispatchEvent(dragged('drop', [clip]));
    expect(told).toEqual(['clip.webm']);
  });
});
