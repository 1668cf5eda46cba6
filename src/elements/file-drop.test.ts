import { describe, expect, it, vi } from 'vitest';
import { takeDrops } from './file-drop';

const clip = new File(['x'], 'clip.webm');
const captions = new File(['WEBVTT'], 'clip.vtt');

function dragged(type: string, files: readonly File[], types: readonly string[] = ['Files']): Event {
  const dataTransfer = { types, files };
  return Object.assign(new Event(type, { cancelable: true }), { dataTransfer, relatedTarget: null });
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
  it('hang over it once while the pointer moves between children, and until nothing is heard of them', () => {
    vi.useFakeTimers();
    const { target, told } = dropped();
    for (const type of ['dragenter', 'dragenter', 'dragover', 'dragleave']) {
      target.dispatchEvent(dragged(type, []));
      vi.advanceTimersByTime(1000);
    }
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(500);
    expect(told).toEqual([true, false]);
    vi.useRealTimers();
  });

  it('hang over it no longer once they are over something else', () => {
    const { target, told, end } = dropped();
    const [inside, outside] = [new EventTarget(), new EventTarget()];
    Object.assign(target, { contains: (node: unknown) => node === inside });
    target.dispatchEvent(dragged('dragenter', []));
    target.dispatchEvent(Object.assign(dragged('dragleave', []), { relatedTarget: inside }));
    expect(told).toEqual([true]);
    target.dispatchEvent(Object.assign(dragged('dragleave', []), { relatedTarget: outside }));
    expect(told).toEqual([true, false]);
    end();
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

  it.each([
    ['photo.png', 'image/png'],
    ['notes.txt', 'text/plain'],
    ['letter.pdf', 'application/pdf'],
    ['talk.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ])('start nothing where they are no media (%s): that would end what runs', (name, type) => {
    const { target, told } = dropped();
    target.dispatchEvent(dragged('drop', [new File(['x'], name, { type })]));
    expect(told).toEqual([`words-captions ${name}`]);
  });

  it.each([
    ['film.mkv', 'video/x-matroska'],
    ['talk.ogg', 'application/ogg'],
    ['film.unknown', ''],
  ])('are analysed where they may be media (%s)', (name, type) => {
    const { target, told } = dropped();
    target.dispatchEvent(dragged('drop', [new File(['x'], name, { type })]));
    expect(told).toEqual([`start-file ${name}`]);
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
