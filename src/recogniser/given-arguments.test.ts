/** What methods are called with by scripts without types: told by name, before anything is begun or ended by it. */

import { describe, expect, it, vi } from 'vitest';
import { openFile } from '../capture/files';
import { MemoError } from '../errors';
import { exportTimeline } from '../export';
import type { Recogniser } from './recogniser';
import { listening, setUp } from './testing/set-up';

const told = (message: string) =>
  expect.objectContaining({
    code: 'input-invalid',
    message,
    cure: expect.stringMatching(/^Give .*\.$/) as string,
  });

const blob = new Blob(['x']);
const nobody = null as never;
const wrong = (value: unknown) => value as never;

describe('a wrong kind', () => {
  it.each<[string, (to: Recogniser) => Promise<unknown>, string]>([
    ['startFile("x")', (to) => to.startFile(wrong('x'), 'y'), 'The file cannot be "x".'],
    [
      'startFile()',
      (to) => to.startFile(wrong(undefined), wrong(undefined)),
      'The file cannot be "undefined".',
    ],
    ['startFile({})', (to) => to.startFile(wrong({}), 'y'), 'The file cannot be an object.'],
    ['startFile(blob, 5)', (to) => to.startFile(blob, wrong(5)), 'The name of the file cannot be "5".'],
    [
      'startFile(a date)',
      (to) => to.startFile(wrong(new Date(0)), 'y'),
      'The file cannot be a value of the kind Date.',
    ],
    ['startStream(null)', (to) => to.startStream(nobody), 'The stream cannot be "null".'],
    ['startStream({})', (to) => to.startStream(wrong({})), 'The stream cannot be an object.'],
    ['startFetched("x")', (to) => to.startFetched(wrong('x')), 'The fetch cannot be "x".'],
    ['startPush(null)', (to) => to.startPush(nobody), 'The sources cannot be "null".'],
    ['startPush({ face: 1 })', (to) => to.startPush(wrong({ face: 1 })), 'The source face cannot be "1".'],
  ])('is told by %s, and the run goes on', async (_what, call, message) => {
    const { recogniser, live, openings } = await listening();
    const { state } = recogniser;
    await expect(call(recogniser)).rejects.toEqual(told(message));
    expect(recogniser.state).toBe(state);
    expect([openings.length, live.closes]).toEqual([1, 0]);
    recogniser.close();
  });

  it('of a file is told by what opens one, whoever asks', async () => {
    const { signal } = new AbortController();
    for (const file of ['x', undefined, null, {}])
      await expect(openFile(wrong(file), 'x.webm', signal)).rejects.toEqual(
        told('What was given as a file is no Blob.'),
      );
  });

  it('of captions is told, and the words come from where they came from', async () => {
    const { recogniser } = setUp();
    for (const file of ['x', undefined, null, {}])
      await expect(recogniser.words.captions(wrong(file), 'y')).rejects.toEqual(
        told('What was given as captions is no Blob.'),
      );
    expect(recogniser.state.words).toMatchObject({ source: 'typed', captions: null });
    recogniser.close();
  });

  it('of marks is told, as a file that cannot be read', async () => {
    const { recogniser } = await listening();
    for (const file of ['x', undefined, null, {}])
      await expect(recogniser.importAdaptation(wrong(file))).rejects.toMatchObject({
        code: 'adaptation-invalid',
      });
    recogniser.close();
  });

  it('of a timeline is told; without one there is nothing to export', () => {
    for (const timeline of ['x', 5, {}, { estimates: 'x' }])
      expect(() => exportTimeline(wrong(timeline), 'csv')).toThrow(
        told('What is to be exported is no timeline.') as Error,
      );
    expect(() => exportTimeline(wrong(undefined), 'csv')).toThrow(
      expect.objectContaining({ code: 'nothing-recorded' }) as Error,
    );
  });
});

describe('what is pushed', () => {
  const tagged = (kind: string, more: object = {}) => ({ ...more, [Symbol.toStringTag]: kind });

  it.each([
    ['nothing', null, 'Null'],
    ['a text', 'x', 'String'],
    ['a canvas', tagged('HTMLCanvasElement', { width: 640, height: 480 }), 'HTMLCanvasElement'],
    ['a canvas without a document', tagged('OffscreenCanvas', { width: 640 }), 'OffscreenCanvas'],
    ['what merely looks like a frame', { width: 640, close: () => undefined }, 'Object'],
  ])('as a frame, %s, is refused, and the run goes on', async (_what, frame, kind) => {
    const { recogniser, clients, clock } = setUp();
    await recogniser.startPush();
    expect(() => recogniser.pushFrame(wrong(frame), 0)).toThrow(
      told(`A frame of the kind ${kind} cannot be pushed.`) as Error,
    );
    await clock.advance(500);
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
    expect(clients[0]!.bodies.face).toEqual([]);
    recogniser.close();
  });

  it.each([
    ['nothing', null, 'Samples of the kind Null cannot'],
    ['a list', [0, 1], 'Samples of the kind Array cannot'],
    [
      'whole numbers',
      new Int16Array(4),
      'Samples of the kind Int16Array, of a buffer of the kind ArrayBuffer, cannot',
    ],
    [
      'memory that is shared',
      new Float32Array(new SharedArrayBuffer(16)),
      'Samples of the kind Float32Array, of a buffer of the kind SharedArrayBuffer, cannot',
    ],
  ])('as sound, %s, is refused, and the run goes on', async (_what, samples, message) => {
    const { recogniser, clients, clock } = setUp();
    await recogniser.startPush();
    expect(() => recogniser.pushSamples(wrong(samples), 16_000, 0)).toThrow(
      told(`${message} be pushed.`) as Error,
    );
    recogniser.endPush();
    await clock.advance(500);
    expect(clients[0]!.bodies.samples).toEqual([]);
    expect(recogniser.state.error).toBeNull();
    recogniser.close();
  });

  it.each([null, 'x', {}])('without a run, %j, is told as that', (frame) => {
    const { recogniser } = setUp();
    expect(() => recogniser.pushFrame(wrong(frame), 0)).toThrow(
      expect.objectContaining({
        code: 'input-invalid',
        message: expect.stringMatching(/^Nothing can be/) as string,
      }) as Error,
    );
    recogniser.close();
  });
});

describe('a fetch', () => {
  async function failing(fetch: () => unknown) {
    const { recogniser } = setUp();
    const errors = vi.fn();
    recogniser.addEventListener('error', ({ detail }) => errors(detail));
    const error: unknown = await recogniser.startFetched(wrong(fetch)).catch((thrown: unknown) => thrown);
    expect(recogniser.state).toMatchObject({ phase: 'error', error });
    expect(errors.mock.calls).toEqual([[error]]);
    recogniser.close();
    return error;
  }

  it.each([
    ['rejects', () => Promise.reject(new Error('boom')), new Error('boom'), 'Error: boom'],
    [
      'throws',
      () => {
        throw new TypeError('no net');
      },
      new TypeError('no net'),
      'TypeError: no net',
    ],
    ['rejects with no error', () => Promise.reject('gone'), 'gone', 'gone'],
  ])('that %s is a file that is missing, with its cause', async (_how, fetch, cause, said) => {
    const error = await failing(fetch);
    expect(error).toMatchObject({ code: 'file-missing', cause });
    expect((error as MemoError).message).toContain(said);
  });

  it('that rejects with a MemoError is told as it says', async () => {
    const own = new MemoError('media-empty', 'The tape is empty.', 'Record on it.');
    expect(await failing(() => Promise.reject(own))).toBe(own);
  });

  it('that aborts itself is aborted', async () => {
    const abort = new DOMException('stopped', 'AbortError');
    expect(await failing(() => Promise.reject(abort))).toMatchObject({ code: 'aborted', cause: abort });
  });

  it.each([[undefined], ['x'], [blob], [{ blob: 'x', name: 'y' }], [{ blob, name: 5 }]])(
    'that brings no named file is told: %o',
    async (file) => {
      expect(await failing(() => Promise.resolve(file))).toMatchObject({
        code: 'input-invalid',
        message: expect.stringMatching(/^The file that was fetched cannot be /) as string,
      });
    },
  );

  it('that fails after a stop is nobody’s', async () => {
    const { recogniser } = setUp();
    const errors = vi.fn();
    recogniser.addEventListener('error', errors);
    const started = recogniser.startFetched(
      (signal) =>
        new Promise((_, fail) => signal.addEventListener('abort', () => fail(new Error('cut short')))),
    );
    recogniser.stop();
    await started;
    expect(errors).not.toHaveBeenCalled();
    expect(recogniser.state).toMatchObject({ phase: 'idle', error: null });
    recogniser.close();
  });
});
