/** Requests that a page's own script made: what is none is told, once, and what runs goes on. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MemoError } from '../errors';
import { eventually } from '../testing/eventually';
import { BaseRecogniser } from './base-recogniser';
import { noPage } from './page';
import { Recogniser } from './recogniser';
import type { RequestName } from './requests';
import { FakeClient } from './testing/fake-client';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';

const WHOLE = { manifestUrl: 'https://page.test/m.json', assetBase: 'https://page.test/a/' };

/** The headless one looks before it does anything, the elements' own when a step fails. */
const KINDS = [
  ['headless', Recogniser],
  ['of an element', BaseRecogniser],
] as const;

function open(of: typeof BaseRecogniser) {
  const recogniser = new of(WHOLE, { page: noPage, createClient: () => new FakeClient() });
  const errors: MemoError[] = [];
  recogniser.addEventListener('error', ({ detail }) => errors.push(detail));
  return { recogniser, errors };
}

const NONE: readonly (readonly [unknown, RegExp])[] = [
  [undefined, /^The request cannot be "undefined"\.$/],
  [null, /^The request cannot be "null"\.$/],
  ['text', /^The request cannot be "text"\.$/],
  [{}, /^The name of a request cannot be "undefined"\.$/],
  [{ name: 'begin', detail: {} }, /^The name of a request cannot be "begin"\.$/],
  ...['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty'].map(
    (name) => [{ name, detail: {} }, new RegExp(`"${name}"`)] as const,
  ),
];

const WRONG: readonly (readonly [RequestName, unknown, RegExp])[] = [
  ['text', 'I am happy', /^The details of the request "text" cannot be "I am happy"\.$/],
  ['text', undefined, /^The details of the request "text" cannot be "undefined"\.$/],
  ['text', { text: 5 }, /^The detail text of the request "text" cannot be "5"\.$/],
  ['text', {}, /detail text /],
  ['start-file', undefined, /details of the request "start-file"/],
  ['devices-choose', 'front', /details of the request "devices-choose"/],
  ['follow', undefined, /details of the request "follow"/],
  ['follow', { box: 5 }, /detail box /],
  ['follow', { box: {} }, /detail box .* an object/],
  ['seek', { time: '3' }, /detail time .* "3"/],
  ['seek', {}, /detail time /],
  ['prompt', 'It was [MASK].', /details of the request "prompt"/],
  ['prompt', undefined, /details of the request "prompt"/],
  ['mark', null, /details of the request "mark"/],
  ['unmark', { index: '0' }, /detail index /],
  ['adaptation-use', { on: 'no' }, /detail on /],
  ['adaptation-keep', {}, /detail kept /],
  ['adaptation-import', undefined, /details of the request "adaptation-import"/],
  ['words-choose', undefined, /details of the request "words-choose"/],
  ['words-captions', 'a.vtt', /details of the request "words-captions"/],
  ['words-captions', { track: null }, /detail track /],
];

describe.each(KINDS)('a recogniser, %s,', (_which, of) => {
  it.each(NONE)('tells what is no request: %j', async (request, message) => {
    const { recogniser, errors } = open(of);
    const { state } = recogniser;
    recogniser.handle(request as never);
    await eventually(() => expect(errors).toHaveLength(1));
    expect(errors[0]).toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(message) as string,
      cure: expect.stringMatching(/^Give \{ name, detail \}.* text, .* words-dismiss-error\.$/) as string,
    });
    expect(recogniser.state).toBe(state);
    recogniser.close();
  });

  it.each(WRONG)('tells a detail of a wrong kind: %s, %j', async (name, detail, message) => {
    const { recogniser, errors } = open(of);
    const { state } = recogniser;
    recogniser.handle({ name, detail } as never);
    await eventually(() => expect(errors).toHaveLength(1));
    expect(errors[0]).toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(message) as string,
      cure: expect.stringMatching(/^Give .*\.$/) as string,
    });
    expect(recogniser.state).toBe(state);
    await settled();
    expect(errors).toHaveLength(1);
    recogniser.close();
  });

  it('takes no detail for what needs none', async () => {
    const { recogniser, errors } = open(of);
    for (const name of ['stop', 'dismiss-error', 'moment-drop', 'words-stop', 'adaptation-dismiss-error'])
      recogniser.handle({ name } as never);
    await settled();
    expect(errors).toEqual([]);
    recogniser.close();
  });

  it('tells once of a file that is none', async () => {
    const { recogniser, errors } = open(of);
    recogniser.handle({ name: 'start-file', detail: { file: 'talk.mp4', name: 'talk.mp4' } } as never);
    await eventually(() => expect(errors).not.toEqual([]));
    await settled();
    expect(errors).toEqual([expect.objectContaining({ code: 'input-invalid' })]);
    recogniser.close();
  });

  it('tells once of a run that fails', async () => {
    const { recogniser, errors } = open(of);
    recogniser.handle({ name: 'start-file', detail: { file: new Blob([]), name: 'talk.mp4' } });
    await eventually(() => expect(errors).not.toEqual([]));
    await settled();
    expect(errors).toEqual([expect.objectContaining({ code: 'media-empty' })]);
    expect(recogniser.state.error).toBe(errors[0]);
    recogniser.close();
  });

  it('starts a file after a text that was none', async () => {
    const { recogniser } = open(of);
    await expect(recogniser.setText(5 as never)).rejects.toThrow();
    await expect(recogniser.startFile(new Blob([]), 'talk.mp4')).rejects.toMatchObject({
      code: 'media-empty',
    });
    recogniser.close();
  });
});

describe('a request', () => {
  it('that is none leaves the run as it is', async () => {
    const { recogniser, live } = await listening();
    const { state } = recogniser;
    recogniser.handle({ name: 'start', detail: 'camera' } as never);
    recogniser.handle({ name: 'start', detail: { camera: 'front' } } as never);
    recogniser.handle({ name: 'stop-it', detail: {} } as never);
    await settled();
    expect(recogniser.state).toBe(state);
    expect(live.closes).toBe(0);
    recogniser.close();
  });

  it('of words, moments and marks that fails is told where it was asked for, not as a request', async () => {
    const { recogniser } = setUp();
    const errors = vi.fn();
    recogniser.addEventListener('error', errors);
    recogniser.handle({ name: 'mark', detail: { word: 'happy' } });
    recogniser.handle({ name: 'moment-take', detail: {} });
    recogniser.handle({ name: 'prompt', detail: { prompt: 'no mask' } });
    recogniser.handle({ name: 'words-captions', detail: { file: new Blob(['no']), name: 'a.vtt' } });
    await eventually(() => expect(recogniser.state.words.error?.code).toBe('captions-invalid'));
    expect(recogniser.state).toMatchObject({
      adaptation: { error: { code: 'moment-missing' } },
      moment: { error: { code: 'moment-missing' } },
      promptError: { code: 'prompt-invalid' },
    });
    await settled();
    expect(errors).not.toHaveBeenCalled();
    recogniser.close();
  });
});

describe('what says why', () => {
  afterEach(() => void vi.doUnmock('./given'));

  it('where it cannot be fetched, is told as that', async () => {
    vi.doMock('./given', () => {
      throw new TypeError('Failed to fetch dynamically imported module');
    });
    const { recogniser, errors } = open(BaseRecogniser);
    recogniser.handle(undefined as never);
    await eventually(() => expect(errors).toEqual([expect.objectContaining({ code: 'file-missing' })]));
    recogniser.close();
  });
});
