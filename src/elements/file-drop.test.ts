import { describe, expect, it } from 'vitest';
import { takeDrops } from './file-drop';

const clip = new File(['x'], 'clip.webm');
const captions = new File(['WEBVTT'], 'clip.vtt');

function dragged(type: string, files: readonly File[], types: readonly string[] = ['Files']): Event {
  return Object.assign(new Event(type, { cancelable: true }), { dataTransfer: { types, files } });
}

function dropped() {
  const target = new EventTarget();
  const told: unknown[] = [];
  const end = takeDrops(
    target,
    (request, { name }) => told.push(`${request} ${name}`),
    (over) => told.push(over),
  );
  return { target, told, end };
}

describe('files that are dropped', () => {
  it('hang over it once while the pointer moves between children', () => {
    const { target, told } = dropped();
    for (const type of ['dragenter', 'dragenter', 'dragover', 'dragleave', 'dragleave']) {
      target.dispatchEvent(dragged(type, []));
    }
    expect(told).toEqual([true, false]);
  });

  it('are taken, and the browser is kept from opening them', () => {
    const { target, told } = dropped();
    target.dispatchEvent(dragged('dragenter', []));
    const event = dragged('drop', [clip]);
    target.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    expect(told).toEqual([true, false, 'start-file clip.webm']);
  });

  it('are one to be analysed and one of captions, which comes first in whatever order they lie', () => {
    for (const files of [
      [clip, captions, new File(['y'], 'other.webm')],
      [captions, new File(['WEBVTT'], 'other.vtt'), clip],
    ]) {
      const { target, told } = dropped();
      target.dispatchEvent(dragged('drop', files));
      expect(told).toEqual(['words-captions clip.vtt', 'start-file clip.webm']);
    }
  });

  it('are left to whoever inside took them', () => {
    const { target, told } = dropped();
    target.dispatchEvent(dragged('dragenter', []));
    const event = dragged('drop', [clip]);
    event.preventDefault();
    target.dispatchEvent(event);
    expect(told).toEqual([true, false]);
  });

  it('are no dragged text, which is the page’s', () => {
    const { target, told } = dropped();
    const event = dragged('drop', [], ['text/plain']);
    target.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    expect(told).toEqual([]);
  });

  it('hang over nothing that left the page', () => {
    const { target, told, end } = dropped();
    target.dispatchEvent(dragged('dragenter', []));
    end();
    expect(told).toEqual([true, false]);
    target.dispatchEvent(dragged('dragenter', []));
    expect(told).toEqual([true, false, true]);
  });
});
