/** What comes from scripts without types: told by name, or as left out where it is undefined. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measure } from '../measure';
import { noPage } from './page';
import { Recogniser } from './recogniser';
import { FakeClient } from './testing/fake-client';
import { listening, setUp } from './testing/set-up';

const WHOLE = { manifestUrl: 'https://page.test/m.json', assetBase: 'https://page.test/a/' };

const WRONG_SETTINGS: readonly [string, unknown, string?][] = [
  ['prompt', 3],
  ['labels', 'happy, sad'],
  ['labels', ['happy', 3]],
  ['modalities', 'face voice'],
  ['modalities', null],
  ['rates', null],
  ['rates', 5],
  ['rates', { faces: 5 }, 'an object'],
  ['rates', { face: '5' }, 'an object'],
  ['saver', 'false'],
  ['smoothing', '1'],
  ['smoothing', null],
];
const WRONG_OPTIONS: readonly [string, unknown, string?][] = [
  ['manifestUrl', undefined],
  ['manifestUrl', null],
  ['assetBase', undefined],
  ['assetBase', {}, 'an object'],
  ['actorBase', 3],
  ['speech', null],
  ['speechLanguage', null],
  ['integrity', null],
  ['device', 'npu'],
  ['device', null],
  ['allowSoftwareAdapter', 'yes'],
];

const told = (message: string) =>
  expect.objectContaining({
    code: 'input-invalid',
    message,
    cure: expect.stringMatching(/^Give .*\.$/) as string,
  });

describe('a wrong kind', () => {
  it.each([...WRONG_OPTIONS, ...WRONG_SETTINGS])(
    'is told by the constructor: %s = %j',
    (name, value, shown = `"${String(value)}"`) => {
      expect(() => new Recogniser({ ...WHOLE, [name]: value }, { page: noPage })).toThrow(
        told(`The option ${name} cannot be ${shown}.`),
      );
    },
  );

  it.each(WRONG_SETTINGS)('is told by configure: %s = %j', async (name, value, shown) => {
    const { recogniser } = await listening(() => new FakeClient());
    const { state } = recogniser;
    await expect(recogniser.configure({ [name]: value })).rejects.toEqual(
      told(`The setting ${name} cannot be ${shown ?? `"${String(value)}"`}.`),
    );
    expect(recogniser.state).toBe(state);
    recogniser.close();
  });

  it('of all of it is told as well', async () => {
    expect(() => new Recogniser(null as never)).toThrow(told('The options cannot be "null".'));
    const recogniser = new Recogniser(WHOLE, { page: noPage });
    await expect(recogniser.configure('saver' as never)).rejects.toEqual(
      told('The settings cannot be "saver".'),
    );
    await recogniser.configure(undefined as never);
    recogniser.close();
  });

  it.each([
    ['camera', 'front', undefined],
    ['camera', null, undefined],
    ['microphone', 1, undefined],
    ['microphone', ['headset'], '"headset"'],
  ])('is told by start: %s = %j', async (kind, value, shown) => {
    const { recogniser, openings } = setUp(() => new FakeClient());
    const wish = { camera: true, microphone: true, [kind]: value } as never;
    await expect(recogniser.start(wish)).rejects.toEqual(
      told(`The device ${kind} cannot be ${shown ?? `"${String(value)}"`}.`),
    );
    await expect(recogniser.start('camera' as never)).rejects.toEqual(
      told('The devices cannot be "camera".'),
    );
    expect([openings.length, recogniser.state.phase]).toEqual([0, 'idle']);
    recogniser.close();
  });

  it.each([[undefined], [null], [5]])(
    'is told by setText: %j; what starts after it starts',
    async (value) => {
      const { recogniser, openings, source } = setUp();
      const { state } = recogniser;
      await expect(recogniser.setText(value as never)).rejects.toEqual(
        told(`The text cannot be "${String(value)}".`),
      );
      expect(recogniser.state).toBe(state);
      const started = recogniser.startFile(new Blob(['x']), 'x.webm');
      openings[0]!.arrive(source());
      await started;
      expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
      recogniser.close();
    },
  );

  it('is told by a measurement', async () => {
    await expect(measure({ ...WHOLE, device: 'npu' as never })).rejects.toEqual(
      told('The option device cannot be "npu".'),
    );
  });
});

describe('what is undefined', () => {
  const NOTHING = {
    prompt: undefined,
    labels: undefined,
    modalities: undefined,
    rates: undefined,
    saver: undefined,
    smoothing: undefined,
  } as object;

  it('is as left out, when it is made and when it is changed', async () => {
    const recogniser = new Recogniser(
      { ...WHOLE, ...NOTHING, ...({ device: undefined, speech: undefined, integrity: undefined } as object) },
      { page: noPage },
    );
    const { state } = recogniser;
    expect(state).toMatchObject({ prompt: null, labels: null, modalities: ['text', 'face', 'voice'] });
    await recogniser.configure({ labels: ['bored', 'calm'], smoothing: 1 });
    await recogniser.configure(NOTHING);
    await recogniser.configure({ prompt: undefined, rates: { face: undefined, voice: 1 } } as object);
    expect(recogniser.state).toEqual({ ...state, labels: ['bored', 'calm'] });
    recogniser.close();
  });

  it('changes nothing of what a run asks', async () => {
    const { recogniser, clients } = await listening(() => new FakeClient());
    await recogniser.configure({ prompt: 'I feel [MASK].', labels: ['bored', 'calm'] });
    await recogniser.configure(NOTHING);
    // a part's request goes the same way
    recogniser.handle({ name: 'prompt', detail: { prompt: undefined, labels: ['calm', 'tense'] } as object });
    await vi.waitFor(() => expect(recogniser.state.labels).toEqual(['calm', 'tense']));
    expect(clients[0]!.bodies.prompt).toEqual([
      { prompt: 'I feel [MASK].', labels: ['bored', 'calm'] },
      { prompt: 'I feel [MASK].', labels: ['calm', 'tense'] },
    ]);
    recogniser.close();
  });
});

describe('a URL', () => {
  beforeEach(() => vi.stubGlobal('document', { baseURI: 'https://page.test/' }));
  afterEach(() => vi.unstubAllGlobals());

  it('is the address that it says', async () => {
    const asked = vi.fn(() => new FakeClient());
    const recogniser = new Recogniser(
      {
        manifestUrl: new URL('https://page.test/m.json'),
        assetBase: new URL('https://page.test/a'),
        actorBase: new URL('https://page.test/lines'),
        speech: new URL('https://page.test/speech.json'),
      },
      { page: noPage, createClient: asked },
    );
    expect(recogniser.words.state.offered).toContain('in-page');
    await recogniser.load();
    expect(asked.mock.calls).toMatchObject([
      [{ manifestUrl: 'https://page.test/m.json', assetBase: 'https://page.test/a/' }],
    ]);
    recogniser.close();
  });
});
