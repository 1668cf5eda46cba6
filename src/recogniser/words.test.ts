import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MediaReader } from '../capture';
import type { RecognitionClass } from '../capture/words';
import { FakeRecognition } from '../capture/words/testing/fake-recognition';
import type { SpeechAddress, SpeechClient, SpeechListeners } from '../speech';
import { chunk, FakeSource } from './testing/fake-source';
import { settled } from './testing/manual-clock';
import type { WordsParts } from './word-source-maker';
import { Words } from './words';
import { eventually } from '../testing/eventually';
// fetched late else, within a test's time
import '../capture/words';
import '../speech';

const file = { path: 'speech/speech.json', bytes: 1, sha256: '0'.repeat(64) };
const vtt = (text: string) => new Blob([`WEBVTT\n\n00:00.000 --> 10:00.000\n${text}`]);

class FakeSpeech {
  ended = false;
  heard = 0;
  on: SpeechListeners | null = null;
  listen(on: SpeechListeners): () => void {
    this.on = on;
    on.ready('en');
    return () => undefined;
  }
  hear(): void {
    this.heard += 1;
  }
  async hearOut(): Promise<void> {
    this.heard += 1;
  }
  close(): void {
    this.ended = true;
  }
}

function setUp(change: Partial<WordsParts> = {}) {
  const speeches: { readonly address: SpeechAddress; readonly speech: FakeSpeech }[] = [];
  const said: string[] = [];
  const parts: WordsParts = {
    recognition: null,
    language: 'en-US',
    speechUrl: null,
    manifestUrl: 'https://page.test/models/small/manifest.json',
    createSpeech: (address) => {
      const speech = new FakeSpeech();
      speeches.push({ address, speech });
      return Promise.resolve(speech as unknown as SpeechClient);
    },
    ...change,
  };
  const speaking = { now: false };
  const own = [{ text: 'own', start: 0, end: 1 }];
  const words: Words = new Words(parts, {
    changed: () => undefined,
    said: () => said.push(texts()),
    speaking: () => speaking.now,
  });
  const texts = () =>
    words
      .texts(own)
      .map(({ text }) => text)
      .join(' ');
  const source = new FakeSource(() => 2_000);
  return { words, texts, said, speeches, source, speaking };
}

const recognition = FakeRecognition as unknown as RecognitionClass;
const lazy = () => eventually(() => settled());

describe('Words', () => {
  beforeEach(() => FakeRecognition.reset());
  afterEach(() => void vi.useRealTimers());

  it('are typed unless something else is chosen; what the run itself says comes where nothing was typed', () => {
    const { words, texts, source } = setUp();
    words.attach(source);
    expect(texts()).toBe('own');
    words.type('hello');
    expect(texts()).toBe('hello');
    words.type(' ');
    expect(texts()).toBe('own');
  });

  it('that are typed hold until they are replaced or taken back, from when a run listens until its end', () => {
    const { words, source, said } = setUp();
    words.type('hello');
    words.type('hello you');
    expect(words.state).toMatchObject({ status: 'off', said: [] });
    words.attach(source);
    expect(words.state).toMatchObject({
      status: 'listening',
      said: [{ text: 'hello you', start: 0, end: Infinity, final: true }],
    });
    words.setRunning(false);
    words.setRunning(true);
    words.start();
    expect(said).toEqual(['hello you']);
    words.detach();
    expect(words.state).toMatchObject({ status: 'off', said: [] });
    words.attach(source);
    words.type('');
    expect(words.state.said).toEqual([]);
  });

  it('offer what is there: a recognition where the browser has one, a speech model where one is named', () => {
    expect(setUp().words.state.offered).toEqual(['typed', 'captions']);
    const { words } = setUp({ recognition });
    expect(words.state.offered).toEqual(['typed', 'captions', 'browser']);
    words.offer({});
    expect(() => words.choose('in-page')).toThrow(
      expect.objectContaining({ code: 'words-unsupported' }) as Error,
    );
    words.offer({ speech: file });
    expect(words.state.offered).toContain('in-page');
    expect(setUp({ speechUrl: 'https://else.test/speech.json' }).words.state.offered).toContain('in-page');
  });

  it('come from captions as soon as a file is there; a bad one changes nothing', async () => {
    const { words, texts, source } = setUp();
    words.attach(source);
    await expect(words.captions(new Blob(['no']), 'a.vtt')).rejects.toMatchObject({
      code: 'captions-invalid',
    });
    expect([words.state.source, texts()]).toEqual(['typed', 'own']);
    await words.captions(vtt('from the file'), 'b.vtt');
    await eventually(() => expect(texts()).toBe('from the file'));
    expect(words.state.captions).toEqual({ name: 'b.vtt', cues: 1 });
    words.choose('typed');
    expect(texts()).toBe('own');
    words.choose('captions');
    await eventually(() => expect(texts()).toBe('from the file'));
  });

  it('tell the one line that is wrong, and use the others', async () => {
    const { words } = setUp();
    await words.captions(new Blob(['WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:x --> 1\nTwo']), 'a.vtt');
    expect(words.state.error?.message).toContain('line 6');
    expect(words.state.captions?.cues).toBe(1);
    words.dismissError();
    expect(words.state.error).toBeNull();
  });

  it('from the browser begin only when they are asked for, and say first where the sound goes', async () => {
    const { words, source } = setUp({ recognition });
    words.attach(source);
    words.choose('browser');
    await eventually(() => expect(words.state.place).toBe('service'));
    await lazy();
    expect([words.state.on, FakeRecognition.started.length]).toEqual([false, 0]);
    words.start();
    await eventually(() => expect(words.state.status).toBe('listening'));
    words.detach();
    expect(FakeRecognition.started[0]?.aborted).toBe(true);
    expect([words.state.on, words.state.status]).toEqual([true, 'off']);
    words.attach(source);
    await eventually(() => expect(FakeRecognition.started).toHaveLength(2));
    words.stop();
    expect(words.state.on).toBe(false);
  });

  it.each([
    ['whose microphone is off', { microphone: 'off' }],
    ['of the actor', { kind: 'actor' }],
  ] as const)('from the browser are told to hear nobody in a run %s', async (_what, change) => {
    const { words, source } = setUp({ recognition });
    words.choose('browser');
    words.start();
    words.attach(Object.assign(source, change));
    await eventually(() => expect(words.state.status).toBe('failed'));
    expect(words.state).toMatchObject({ on: false, error: { code: 'words-unsupported' } });
    expect(FakeRecognition.started).toEqual([]);
  });

  it('from the browser rest while the microphone was taken away, and end where it has ended', async () => {
    const { words, source } = setUp({ recognition });
    const becomes = (microphone: 'lost' | 'live' | 'ended') => {
      source.microphone = microphone;
      source.fire('trackchange');
    };
    words.choose('browser');
    words.start();
    words.attach(source);
    await eventually(() => expect(words.state.status).toBe('listening'));
    becomes('lost');
    await lazy();
    expect(words.state).toMatchObject({ on: true, status: 'off', error: null });
    expect(FakeRecognition.started.map(({ aborted }) => aborted)).toEqual([true]);
    becomes('live');
    await eventually(() => expect(words.state.status).toBe('listening'));
    becomes('ended');
    await eventually(() => expect(words.state.error?.code).toBe('words-unsupported'));
    expect(FakeRecognition.started.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('from the browser are given up where the run hears speech and no word comes', async () => {
    const { words, source, speaking } = setUp({ recognition });
    words.choose('browser');
    words.start();
    words.attach(source);
    await eventually(() => expect(words.state.status).toBe('listening'));
    vi.useFakeTimers();
    speaking.now = true;
    for (let session = 0; session < 5; session += 1) {
      await vi.advanceTimersByTimeAsync(8_000);
      source.fire('samples', { samples: new Float32Array(1), sampleRateHz: 16_000, time: 0 });
      FakeRecognition.started.at(-1)?.fire('end');
      await vi.advanceTimersByTimeAsync(4_000);
    }
    expect(words.state).toMatchObject({
      on: false,
      status: 'failed',
      error: { code: 'recognition-unstable' },
    });
  });

  it.each(['browser', 'in-page'] as const)('from "%s" are not heard while the run rests', async (kind) => {
    const { words, source, speeches } = setUp({ recognition, speechUrl: 'https://else.test/speech.json' });
    const heard = () => speeches[0]?.speech.heard ?? 0;
    const begins = () => eventually(() => expect(words.state.status).toBe('listening'));
    words.setRunning(false);
    words.choose(kind);
    words.start();
    words.attach(source);
    await lazy();
    expect([words.state.status, FakeRecognition.started.length]).toEqual(['off', 0]);
    words.setRunning(true);
    await begins();
    source.fire('samples', chunk(1));
    const before = heard();
    words.setRunning(false);
    source.fire('samples', chunk(1));
    await lazy();
    expect(words.state).toMatchObject({ on: true, status: 'off', error: null });
    expect(FakeRecognition.started.every(({ aborted }) => aborted)).toBe(true);
    expect(heard()).toBe(before);
    words.setRunning(true);
    await begins();
    source.fire('samples', chunk(1));
    if (kind === 'browser') expect(FakeRecognition.started).toHaveLength(2);
    else expect([heard(), speeches.length]).toEqual([before + 1, 1]);
  });

  it('of captions, and of a file that is read, go on in a hidden page', async () => {
    const { words, source, speeches } = setUp({ speechUrl: 'https://else.test/speech.json' });
    words.setRunning(false);
    await words.captions(vtt('from the file'), 'a.vtt');
    words.attach(source);
    await eventually(() => expect(words.state.status).toBe('listening'));
    words.detach();
    words.choose('in-page');
    words.start();
    const reader = {} as MediaReader;
    words.attach(Object.assign(setUp().source, { kind: 'file' as const, reader }));
    await eventually(() => expect(words.state.status).toBe('listening'));
    await words.hear(chunk(1));
    expect(speeches[0]?.speech.heard).toBe(1);
  });

  it('of a source that failed are switched off, and can be switched on again', async () => {
    const { words, source, texts } = setUp({ recognition });
    words.attach(source);
    words.choose('browser');
    words.start();
    await eventually(() => expect(words.state.status).toBe('listening'));
    FakeRecognition.started[0]?.fire('error', 'network');
    expect(words.state).toMatchObject({
      on: false,
      status: 'failed',
      error: { code: 'recognition-offline' },
    });
    expect(texts()).toBe('own');
    words.start();
    await eventually(() => expect(words.state.status).toBe('listening'));
    expect(words.state.error).toBeNull();
  });

  it('from a speech model hear the run, and keep the model from run to run', async () => {
    const { words, source, speeches, texts } = setUp();
    words.offer({ speech: file });
    words.choose('in-page');
    words.attach(source);
    await lazy();
    expect(speeches, 'nothing is fetched unasked').toEqual([]);
    words.start();
    await eventually(() => expect(words.state.status).toBe('listening'));
    expect(speeches[0]?.address).toEqual({ url: 'https://page.test/models/small/speech/speech.json', file });
    source.fire('samples', chunk(1));
    expect(speeches[0]?.speech.heard).toBe(1);
    speeches[0]?.speech.on?.heard({ words: [{ text: 'heard', start: 1, end: 2, final: true }], final: true });
    expect(texts()).toBe('heard');
    words.detach();
    words.attach(source);
    await eventually(() => expect(words.state.status).toBe('listening'));
    expect(speeches).toHaveLength(1);
    words.choose('typed');
    expect(speeches[0]?.speech.ended, 'and let it go with the choice').toBe(true);
  });

  it.each([
    ['a file', (words: Words) => words.captions(vtt('dropped'), 'a.vtt')],
    ['a track', (words: Words) => words.track({ label: 'talk' } as HTMLTrackElement)],
  ] as const)('let a speech model go when captions come by %s', async (_what, come) => {
    const { words, source, speeches } = setUp({ speechUrl: 'https://else.test/speech.json' });
    words.attach(source);
    words.choose('in-page');
    words.start();
    await eventually(() => expect(words.state.status).toBe('listening'));
    await come(words);
    expect(words.state.source).toBe('captions');
    expect(speeches.map(({ speech }) => speech.ended)).toEqual([true]);
    words.close();
  });

  it('of a browser whose recognition arrives after another choice are not listened to', async () => {
    const { words, source } = setUp({ recognition });
    words.attach(source);
    words.choose('browser');
    await eventually(() => expect(words.state.place).toBe('service'));
    words.start();
    words.choose('typed');
    await lazy();
    expect(words.state).toMatchObject({ source: 'typed', status: 'listening' });
    expect(FakeRecognition.started).toEqual([]);
  });

  it('of a browser begin, whenever they are switched on while it says where it listens', async () => {
    const { words, source } = setUp({ recognition });
    words.attach(source);
    for (let turns = 0; turns < 20; turns += 1) {
      words.choose('browser');
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      words.start();
      await settled();
      expect(words.state, `after ${turns} turns`).toMatchObject({ place: 'service', status: 'listening' });
      words.choose('typed');
    }
  });

  it('of a speech model that arrives after another choice are not listened to, and it is let go', async () => {
    const speech = new FakeSpeech();
    let arrive = (): void => undefined;
    const asked: SpeechAddress[] = [];
    const createSpeech = (address: SpeechAddress) => {
      asked.push(address);
      return new Promise<SpeechClient>((resolve) => {
        arrive = () => resolve(speech as unknown as SpeechClient);
      });
    };
    const { words, source } = setUp({ speechUrl: 'https://else.test/speech.json', createSpeech });
    words.attach(source);
    words.choose('in-page');
    words.start();
    await eventually(() => expect(asked).toHaveLength(1));
    words.choose('typed');
    arrive();
    await lazy();
    expect(words.state).toMatchObject({ source: 'typed', status: 'listening' });
    expect([speech.on, speech.ended]).toEqual([null, true]);
  });

  it('of two caption files are those of the one given last, whichever was read first', async () => {
    const { words } = setUp();
    let arrive: (text: string) => void = () => undefined;
    const slow = Object.assign(vtt(''), { text: () => new Promise<string>((resolve) => (arrive = resolve)) });
    const first = words.captions(slow, 'first.vtt');
    await words.captions(vtt('second'), 'second.vtt');
    arrive('WEBVTT\n\n00:00.000 --> 00:01.000\nfirst');
    await first;
    expect(words.state.captions?.name).toBe('second.vtt');
  });

  it('of a speech model on its way come of one model, though the page was hidden meanwhile', async () => {
    const speeches: FakeSpeech[] = [];
    const createSpeech = async () => {
      await settled();
      const speech = new FakeSpeech();
      speeches.push(speech);
      return speech as unknown as SpeechClient;
    };
    const { words, source } = setUp({ speechUrl: 'https://page.test/speech.json', createSpeech });
    words.choose('in-page');
    words.attach(source);
    words.start();
    words.setRunning(false);
    words.setRunning(true);
    await eventually(() => expect(words.state.status).toBe('listening'));
    await settled();
    expect(speeches).toHaveLength(1);
    words.stop();
    expect(speeches[0]?.ended).toBe(true);
  });
});
