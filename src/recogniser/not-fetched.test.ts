/** Scripts that are fetched late, where they cannot be, or take their time: it is told as that, and the model that is loaded stays. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReaderSource } from '../capture/reader-source';
import { browserSources } from './sources';
import { FakeReader } from './testing/fake-reader';
import { settled } from './testing/manual-clock';
import { setUp } from './testing/set-up';
import { eventually } from '../testing/eventually';

const missing = expect.objectContaining({ code: 'file-missing' });

function unreachable(): never {
  throw new TypeError('Failed to fetch dynamically imported module');
}

afterEach(() => {
  vi.doUnmock('../capture/live');
  vi.doUnmock('../capture/callers-stream');
  vi.doUnmock('../capture/actor');
  vi.doUnmock('../capture/files');
  vi.doUnmock('../capture/pushed-source');
  vi.doUnmock('../capture/words');
  vi.doUnmock('./analysis');
  vi.doUnmock('./with-model');
});

describe('A source', () => {
  const { signal } = new AbortController();
  it.each([
    ['live', () => browserSources.devices({ camera: true, microphone: true }, signal, () => undefined)],
    ['actor', () => browserSources.actor({ base: 'https://page.test/actor/', audible: false }, signal)],
    ['files', () => browserSources.file(new Blob(['x']), 'x.webm', signal)],
    ['callers-stream', () => browserSources.stream({} as MediaStream, signal)],
  ] as const)('of the script "%s"', async (script, open) => {
    vi.doMock(`../capture/${script}`, unreachable);
    await expect(open()).rejects.toEqual(missing);
  });
});

describe('Words', () => {
  it('of a caption file: it is told beside them', async () => {
    vi.doMock('../capture/words', unreachable);
    const { recogniser } = setUp();
    const detail = { file: new Blob(['WEBVTT']), name: 'talk.vtt' };
    recogniser.handle({ name: 'words-captions', detail });
    await eventually(() => expect(recogniser.state.words.error).toEqual(missing));
    recogniser.close();
  });
});

describe('With a model loaded', () => {
  it('frames that are pushed', async () => {
    vi.doMock('../capture/pushed-source', unreachable);
    const { recogniser, clients } = setUp();
    await recogniser.load();
    await expect(recogniser.startPush()).rejects.toEqual(missing);
    expect(recogniser.state.error).toEqual(missing);
    vi.doUnmock('../capture/pushed-source');
    await recogniser.startPush();
    expect(recogniser.state.phase).toBe('listening');
    expect(clients.map(({ closed }) => closed)).toEqual([false]);
    recogniser.close();
  });

  it('the analysis of a file', async () => {
    vi.doMock('./analysis', unreachable);
    const { recogniser, clients, openings } = setUp();
    const started = recogniser.startFile(new Blob(['x']), 'x.webm');
    openings[0]!.arrive(new ReaderSource(new FakeReader(2)));
    await started;
    await eventually(() => expect(recogniser.state.error).toEqual(missing));
    vi.doUnmock('./analysis');
    const again = recogniser.startFile(new Blob(['x']), 'x.webm');
    openings[1]!.arrive(new ReaderSource(new FakeReader(2)));
    await again;
    await eventually(() => expect(recogniser.state.timeline?.reached).toBe(2));
    expect(clients.map(({ closed }) => closed)).toEqual([false]);
    recogniser.close();
  });
});

describe('With a model loaded before what works on its answers', () => {
  it('words that are asked for hold from the first estimate on, and there is no moment yet', async () => {
    let come: () => void = () => undefined;
    const script = new Promise<void>((resolve) => (come = resolve));
    vi.doMock('./with-model', async (original) => {
      await script;
      return original();
    });
    const { recogniser, clients } = setUp();
    const loading = recogniser.load();
    await settled();
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await expect(recogniser.takeMoment()).rejects.toMatchObject({ code: 'moment-missing' });
    expect(recogniser.state.moment.error?.code).toBe('moment-missing');
    recogniser.dismissMomentError();
    come();
    await loading;
    expect(recogniser.state).toMatchObject({ labels: ['calm', 'tense'], moment: { error: null } });
    expect(clients[0]!.bodies.prompt).toMatchObject([{ prompt: null, labels: ['calm', 'tense'] }]);
    recogniser.close();
  });
});
