import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { scene, told } from '../capture/words/testing/told';
import type { FromSpeechWorker, ToSpeechWorker } from './protocol';
import { SpeechClient } from './speech-client';
import { SpeechWords } from './speech-words';
import { OPTIONS } from './testing/speech-world';

/** A worker that remembers what it was sent, and says what a test tells it. */
class FakeWorker extends EventTarget {
  readonly sent: ToSpeechWorker[] = [];
  terminated = false;

  postMessage(message: ToSpeechWorker, transfer: Transferable[] = []): void {
    this.sent.push(structuredClone(message, { transfer }));
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromSpeechWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data: message }));
  }

  count(kind: ToSpeechWorker['kind']): number {
    return this.sent.filter((message) => message.kind === kind).length;
  }
}

const word = (text: string, final: boolean) => ({ text, start: 1, end: 2, final });
const heard = (run: number, text: string, final: boolean): FromSpeechWorker => ({
  kind: 'heard',
  run,
  heard: { words: [word(text, final)], final },
});

function setUp() {
  const worker = new FakeWorker();
  const client = new SpeechClient(OPTIONS, () => worker);
  const listen = (stepped = false, seconds: number | null = null) => {
    const ears = told();
    const words = new SpeechWords(client, ears.on);
    words.start(scene({ stepped, seconds }));
    return { ears, words };
  };
  const chunk = () => ({ samples: new Float32Array([1, 2, 3]), sampleRateHz: 48_000, time: 5 });
  return { worker, client, listen, chunk };
}

describe('SpeechWords over SpeechClient', () => {
  it('loads, then hears; guesses are replaced by the words that stay', () => {
    const { worker, listen, chunk } = setUp();
    const { ears, words } = listen();
    words.hear(chunk());
    expect(worker.count('samples'), 'not before it can').toBe(0);
    worker.say({ kind: 'ready', language: 'en' });
    expect([words.language, ...ears.statuses]).toEqual(['en', 'starting', 'listening']);
    const own = chunk();
    words.hear(own);
    expect(own.samples.length, 'the samples stay the giver’s').toBe(3);
    expect(worker.sent.at(-1)).toMatchObject({ kind: 'samples', sampleRateHz: 48_000, time: 5 });
    worker.say(heard(1, 'hap', false));
    expect(ears.said()).toBe('hap?');
    worker.say(heard(1, 'happy', true));
    expect(ears.said()).toBe('happy');
  });

  it('serves the next run without another load, and keeps the words of the last one out of it', () => {
    const { worker, listen } = setUp();
    const first = listen();
    worker.say({ kind: 'ready', language: 'en' });
    first.words.stop();
    expect(worker.sent.at(-1), 'the sound of it is forgotten at once').toEqual({ kind: 'reset', run: 1 });
    const second = listen();
    expect(second.ears.statuses).toEqual(['starting', 'listening']);
    worker.say(heard(1, 'late', true));
    worker.say(heard(2, 'new', true));
    expect(first.ears.lists).toEqual([]);
    expect(second.ears.said()).toBe('new');
    expect([worker.count('load'), worker.count('reset')]).toEqual([1, 3]);
  });

  it.each(['starting', 'listening'])('lets the model go when it is stopped by who hears "%s"', (at) => {
    const { worker, client, listen, chunk } = setUp();
    worker.say({ kind: 'ready', language: 'en' });
    const status = vi.fn((is: string) => is === at && words.stop());
    const words: SpeechWords = new SpeechWords(client, { words: vi.fn(), error: vi.fn(), status });
    words.start(scene());
    expect(status.mock.calls.at(-1)).toEqual([at]);
    client.hear(chunk());
    expect(worker.count('samples'), 'nobody listens').toBe(0);
    expect(listen().ears.statuses).toEqual(['starting', 'listening']);
  });

  it('drops sound that a busy worker does not take', () => {
    const { worker, listen, chunk } = setUp();
    const { words } = listen();
    worker.say({ kind: 'ready', language: 'en' });
    for (let index = 0; index < 100; index += 1) words.hear(chunk());
    expect(worker.count('samples')).toBe(64);
    worker.say({ kind: 'taken' });
    words.hear(chunk());
    words.hear(chunk());
    expect(worker.count('samples')).toBe(65);
  });

  it('waits for the words of a file, and drops none of its sound; nobody waits for what was left', async () => {
    const { worker, client, listen, chunk } = setUp();
    const { words, ears } = listen(true);
    worker.say({ kind: 'ready', language: 'en' });
    const done: number[] = [];
    for (let index = 0; index < 70; index += 1) void words.hear(chunk())?.then(() => done.push(index));
    expect(worker.sent.at(-1)).toMatchObject({ kind: 'samples', waits: true });
    expect(worker.count('samples')).toBe(70);
    worker.say(heard(1, 'happy', true));
    worker.say({ kind: 'taken' });
    await Promise.resolve();
    expect([ears.said(), done]).toEqual(['happy', [0]]);
    words.stop();
    await Promise.resolve();
    expect(done).toHaveLength(70);
    const { words: next } = listen(true);
    const waiting = next.hear(chunk());
    client.close();
    await waiting;
    await next.hear(chunk());
    expect(worker.count('samples')).toBe(71);
  });

  it('gives the end of a file the pause that settles its last words, and tells none behind it', async () => {
    const { worker, listen } = setUp();
    const { ears, words } = listen(true, 6);
    worker.say({ kind: 'ready', language: 'en' });
    void words.hear({ samples: new Float32Array(8_000).fill(0.1), sampleRateHz: 16_000, time: 5 });
    worker.say({ kind: 'taken' });
    await words.advance(5.9);
    expect(worker.count('samples'), 'not yet').toBe(1);
    let told = false;
    const done = words.advance(6).then(() => (told = true));
    await Promise.resolve();
    const last = worker.sent.at(-1);
    expect(last).toMatchObject({ sampleRateHz: 16_000, time: 5.5, waits: true });
    expect(last?.kind === 'samples' && last.samples.every((sample) => sample === 0)).toBe(true);
    expect(told, 'waits for them').toBe(false);
    const at = (start: number, end: number) => ({ text: 'bye', start, end, final: true });
    worker.say({ kind: 'heard', run: 1, heard: { words: [at(5.2, 5.7), at(5.7, 5.75)], final: true } });
    worker.say({ kind: 'taken' });
    await done;
    expect(ears.lists.at(-1)).toEqual([at(5.2, 5.5), at(5.5, 5.5)]);
    await words.advance(6);
    expect(worker.count('samples'), 'once').toBe(2);
  });

  it('forgets what was said behind the moment to which the clock went back', () => {
    const { worker, listen } = setUp();
    const { ears } = listen();
    worker.say({ kind: 'ready', language: 'en' });
    const at = (text: string, start: number) => ({ text, start, end: start + 1, final: true });
    worker.say({ kind: 'heard', run: 1, heard: { words: [at('a', 1), at('b', 7)], final: true } });
    worker.say({ kind: 'heard', run: 1, heard: { words: [at('c?', 9)], final: false } });
    worker.say({ kind: 'heard', run: 1, heard: { words: [], final: true, backTo: 5 } });
    expect(ears.said()).toBe('a');
    worker.say({ kind: 'heard', run: 1, heard: { words: [at('d', 5)], final: true } });
    expect(ears.said()).toBe('a d');
  });

  it('fails with the worker’s own error, and says so to whoever comes later', () => {
    const { worker, client, listen } = setUp();
    const { ears } = listen();
    const error = { code: 'file-missing', message: 'gone', cure: 'look' } as const;
    worker.say({ kind: 'error', error });
    expect(ears.errors.map(({ code }) => code)).toEqual(['file-missing']);
    expect(ears.statuses.at(-1)).toBe('failed');
    expect([client.ended, worker.terminated]).toEqual([true, true]);
    expect(listen().ears.errors.map(({ code }) => code)).toEqual(['file-missing']);
  });

  it('names a worker that died', () => {
    const { worker, listen } = setUp();
    const { ears } = listen();
    worker.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
    expect(ears.errors[0]).toMatchObject({
      code: 'worker-lost',
      message: expect.stringContaining('memory') as string,
    });
  });
});

describe('A speech worker that hangs', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('is found out though it takes sound in, and who waits for it goes on', async () => {
    const { worker, client, listen, chunk } = setUp();
    const { ears, words } = listen(true);
    worker.say({ kind: 'ready', language: 'en' });
    const waiting = words.hear(chunk());
    for (let second = 0; second < 119; second += 1) {
      vi.advanceTimersByTime(1000);
      words.hear(chunk())?.catch(() => undefined);
      worker.say({ kind: 'taken' });
    }
    expect([ears.errors, worker.terminated]).toEqual([[], false]);
    vi.advanceTimersByTime(1000);
    await waiting;
    expect(ears.errors[0]).toMatchObject({
      code: 'worker-lost',
      message: expect.stringContaining('two minutes') as string,
    });
    expect([client.ended, worker.terminated, vi.getTimerCount()]).toEqual([true, true, 0]);
  });

  it('is not one that rests, nor one that takes long and comes', () => {
    const { worker, listen, chunk } = setUp();
    const { words } = listen();
    vi.advanceTimersByTime(600_000); // while it loads
    worker.say({ kind: 'ready', language: 'en' });
    words.hear(chunk());
    worker.say({ kind: 'taken' });
    for (let turn = 0; turn < 4; turn += 1) {
      vi.advanceTimersByTime(119_000);
      worker.say(heard(1, 'happy', false));
    }
    worker.say({ kind: 'worked' });
    vi.advanceTimersByTime(600_000);
    expect([worker.terminated, vi.getTimerCount()]).toEqual([false, 0]);
  });
});
