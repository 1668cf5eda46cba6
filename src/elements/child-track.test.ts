import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemoRequest } from '../recogniser';
import { setUp } from '../recogniser/testing/set-up';
import { settled } from '../recogniser/testing/manual-clock';
import { giveTrack } from './child-track';
import { eventually } from '../testing/eventually';

const ADDRESS = 'https://page.test/talk.mp4';
const VTT = 'WEBVTT\n\n00:00.000 --> 59:00.000\nfrom the talk';

/** Has `talk.mp4` as its `src`, and a track of it. */
const element = (src: string | null = 'talk.mp4') =>
  ({
    src,
    querySelectorAll: () => [{ src: 'https://page.test/talk.vtt', label: '', srclang: 'ko', default: false }],
  }) as unknown as Parameters<typeof giveTrack>[0];

/** `talk.mp4` is analysed, with its captions. */
async function analysed() {
  const parts = setUp();
  const { recogniser, openings, source } = parts;
  const arrive = async () => {
    await eventually(() => expect(openings).not.toHaveLength(0));
    openings.shift()!.arrive(source());
    await settled();
  };
  const talk = async () => {
    const started = recogniser.startFetched(async (signal) => {
      expect(await giveTrack(element(), ADDRESS, recogniser, signal)).toBeNull();
      return { blob: new Blob(['talk']), name: 'talk.mp4' };
    });
    await arrive();
    await started;
  };
  /** All that the worker was told of words since it was asked last. */
  const told = () => {
    const { text } = parts.clients[0]!.bodies;
    return text.splice(0).flatMap(({ texts }) => texts.map(({ text }) => text));
  };
  await talk();
  expect(recogniser.state.words).toMatchObject({
    source: 'captions',
    language: 'ko',
    captions: { name: 'talk.vtt' },
  });
  return { ...parts, arrive, talk, told };
}

describe('the track of src', () => {
  beforeEach(() => {
    vi.stubGlobal('document', { baseURI: 'https://page.test/' });
    vi.stubGlobal('fetch', async () => new Response(VTT));
  });
  afterEach(() => void vi.unstubAllGlobals());

  it.each<MemoRequest>([
    { name: 'start-file', detail: { file: new Blob(['mine']), name: 'mine.mp4' } },
    { name: 'start-actor', detail: {} },
    { name: 'start', detail: { camera: true, microphone: true } },
  ])('is no words of what $name begins', async (request) => {
    const { recogniser, arrive, told, clock, talk } = await analysed();
    await clock.advance(1000);
    expect(told().join(' ')).toContain('from the talk');
    recogniser.handle(request);
    await arrive();
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', words: { source: 'typed' } });
    expect(told()).toEqual([]);
    await talk();
    expect(recogniser.state.words.source, 'with src they are back').toBe('captions');
    recogniser.close();
  });

  it('stays while its file is analysed again; closed, it goes', async () => {
    const { recogniser, arrive } = await analysed();
    const asked = recogniser.configure({ labels: ['calm', 'tense'] });
    await arrive();
    await asked;
    expect(recogniser.state.words.source).toBe('captions');
    recogniser.stop(); // ends the analysis
    recogniser.stop();
    await settled();
    expect(recogniser.state).toMatchObject({ media: null, words: { source: 'typed' } });
    recogniser.close();
  });

  it('leaves what a visitor chose after it', async () => {
    const { recogniser, arrive } = await analysed();
    await recogniser.words.captions(new Blob([VTT]), 'mine.vtt');
    recogniser.handle({ name: 'start-actor', detail: {} });
    await arrive();
    expect(recogniser.state.words).toMatchObject({ source: 'captions', captions: { name: 'mine.vtt' } });
    recogniser.close();
  });

  it.each([null, '', 'other.mp4', 'http://'])('is not that of another address than src: %j', async (src) => {
    const { recogniser } = setUp();
    const { signal } = new AbortController();
    expect(await giveTrack(element(src), ADDRESS, recogniser, signal)).toBeNull();
    expect(recogniser.state.words.source).toBe('typed');
    recogniser.close();
  });
});
