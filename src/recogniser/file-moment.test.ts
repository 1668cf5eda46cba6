/** The moment that a file was scrubbed to: its evidence is gathered once more, and nothing else is told or changed by it. */

import { describe, expect, it, vi } from 'vitest';
import type { Source } from '../capture';
import { MemoError } from '../errors';
import { ReaderSource } from '../capture/reader-source';
import '../capture/words'; // fetched late else, within a test's time
import './analysis';
import { Recorder } from './recorder';
import { saidAt } from './said';
import { noPage } from './page';
import { Recogniser } from './recogniser';
import { estimateAt, FakeClient, MANIFEST, WEBGPU } from './testing/fake-client';
import { FakeReader } from './testing/fake-reader';
import { FakeSource } from './testing/fake-source';
import { ManualClock, settled } from './testing/manual-clock';
import { eventually } from '../testing/eventually';

const SECONDS = 12;

async function analysed(
  open?: (number: number) => Source,
  client = new FakeClient(),
  { clients = [client] }: { clients?: FakeClient[] } = {},
) {
  let created = 0;
  const readers: FakeReader[] = [];
  const openFile = async (): Promise<Source> => {
    const other = open?.(readers.length);
    const reader = new FakeReader(SECONDS);
    readers.push(reader);
    return other ?? new ReaderSource(reader);
  };
  const recogniser = new Recogniser(
    {
      ...{ manifestUrl: 'https://page.test/manifest.json', assetBase: 'https://page.test/assets/' },
      rates: { fusion: 2 },
    },
    {
      ...{ clock: new ManualClock(), page: noPage, createClient: () => clients[created++] ?? client },
      sources: { file: openFile } as unknown as Recogniser['parts']['sources'],
    },
  );
  const vtt = 'WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:06.600 --> 00:07.000\nTwo';
  await recogniser.words.captions(new Blob([vtt]), 'clip.vtt');
  const end = () => eventually(() => expect(recogniser.state.phase).toBe('idle'));
  await recogniser.startFile(new Blob(['x']), 'clip.webm');
  return { recogniser, client, readers, end };
}

describe('a moment of a file that was scrubbed', () => {
  it('is of the seconds before it, with the words that were said by then', async () => {
    const { recogniser, client, readers, end } = await analysed();
    await end();
    recogniser.seek(4.8);
    const before = recogniser.state;
    expect(before.estimate?.time).toBe(5);
    const told = vi.fn();
    for (const type of ['estimate', 'statechange', 'words'] as const)
      recogniser.addEventListener(type, told as never);
    const asked = client.kinds.length;
    const faces = client.count('face');
    await recogniser.takeMoment();
    const kinds = client.kinds.slice(asked);
    expect(kinds.slice(0, 2)).toEqual(['reset', 'text']);
    expect(kinds.slice(-2)).toEqual(['estimate', 'moment']);
    expect(client.bodies.text.at(-1)?.texts.map(({ text }) => text)).toEqual(['One']);
    expect(client.bodies.estimate.at(-1)).toEqual({ time: 5 });
    // four seconds of it, and none from after it
    const times = client.bodies.face.slice(faces).map(({ time }) => time);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0.9);
    expect(Math.max(...times)).toBe(5);
    expect(client.bodies.voice.at(-1)?.time).toBe(5);
    expect(readers[1]?.from[0]).toBeCloseTo(1, 2);
    expect(readers[1]?.closed).toBe(true);
    expect(recogniser.state.moment.taken).not.toBeNull();
    expect(recogniser.state).toEqual({ ...before, moment: recogniser.state.moment });
    expect(told).not.toHaveBeenCalled();
  });

  it('is the last one while nobody has chosen another', async () => {
    const { recogniser, client, readers, end } = await analysed();
    await end();
    const asked = client.kinds.length;
    await recogniser.takeMoment();
    expect(client.kinds.slice(asked)).toEqual(['moment']);
    expect(readers).toHaveLength(1);
  });

  it('comes back from a text that was typed: shown and taken, and marks reach the whole timeline', async () => {
    const { recogniser, client, end } = await analysed();
    await end();
    recogniser.words.choose('typed');
    recogniser.seek(5);
    const shown = recogniser.state.estimate;
    await recogniser.setText('hello');
    expect(recogniser.state).toMatchObject({ source: 'text', position: 5, estimate: { time: 0 } });
    let asked = client.kinds.length;
    await recogniser.takeMoment();
    expect(client.kinds.slice(asked), 'of the text').toEqual(['moment']);
    for (const word of ['sad', 'sad', 'happy']) recogniser.mark(word);
    const { estimate, timeline } = recogniser.state;
    expect(estimate).toMatchObject({ time: 0, unadapted: shown?.probabilities });
    for (const each of timeline?.estimates ?? []) expect(each.unadapted).toEqual(shown?.probabilities);
    recogniser.adapter.clear();
    recogniser.seek(5);
    expect(recogniser.state).toMatchObject({ source: 'file', estimate: shown });
    asked = client.kinds.length;
    await recogniser.takeMoment();
    expect(client.kinds[asked], 'of the file').toBe('reset');
    expect(client.bodies.estimate.at(-1)).toEqual({ time: 5 });
  });

  it('comes back when a text is taken back, the last one where none was chosen', async () => {
    const { recogniser, client, end } = await analysed();
    await end();
    recogniser.words.choose('typed');
    await recogniser.setText('hello');
    await recogniser.setText('');
    expect(recogniser.state).toMatchObject({ source: 'file', estimate: { time: SECONDS } });
    recogniser.seek(5);
    await recogniser.setText('hello');
    await recogniser.setText(' ');
    expect(recogniser.state).toMatchObject({ source: 'file', estimate: { time: 5 } });
    await recogniser.takeMoment();
    expect(client.bodies.estimate.at(-1)).toEqual({ time: 5 });
  });

  it.each([
    ['is taken back', (recogniser: Recogniser) => recogniser.setText(''), 5],
    ['is left for another moment', (recogniser: Recogniser) => recogniser.seek(2), 2],
  ] as const)('stays where a text %s before its answer', async (_what, leave, time) => {
    const { recogniser, client, end } = await analysed();
    await end();
    recogniser.words.choose('typed');
    recogniser.seek(5);
    delete client.answers.estimate;
    const typed = recogniser.setText('hello');
    await eventually(() => expect(client.waiting('estimate')).toHaveLength(1));
    void leave(recogniser);
    client.take('estimate').answer(estimateAt(0));
    await settled();
    expect(client.waiting('estimate')).toEqual([]);
    const shown = { source: 'file', position: time, phase: 'idle', estimate: { time } };
    expect(recogniser.state).toMatchObject(shown);
    await typed;
  });

  it('is of the same steps when the rates or the modalities were set since', async () => {
    const { recogniser, client, end } = await analysed();
    await end();
    await recogniser.configure({ rates: { fusion: 1 }, modalities: ['voice'] });
    recogniser.seek(4.3);
    expect(recogniser.state.estimate?.time).toBe(4.5);
    const asked = client.kinds.length;
    await recogniser.takeMoment();
    const kinds = client.kinds.slice(asked);
    expect(kinds.slice(-2)).toEqual(['estimate', 'moment']);
    expect(client.bodies.estimate.at(-1)).toEqual({ time: 4.5 });
    expect(kinds).toContain('face');
  });

  it('is of the same steps when another backend has taken over, which has rates of its own', async () => {
    const [first, second] = [new FakeClient(), new FakeClient()];
    second.answers.load = () => ({ manifest: MANIFEST, backend: { ...WEBGPU, name: 'wasm' } });
    const { recogniser, end } = await analysed(undefined, first, { clients: [first, second] });
    await end();
    first.die();
    recogniser.seek(4.3);
    await recogniser.takeMoment();
    expect(recogniser.state.backend?.name).toBe('wasm');
    expect(second.bodies.estimate).toEqual([{ time: 4.5 }]);
    const looks = second.bodies.face.map(({ time }) => time);
    expect(looks).toEqual(
      first.bodies.face.map(({ time }) => time).filter((time) => time >= 0.5 && time <= 4.5),
    );
  });

  it.each(['face', 'moment'] as const)(
    'is taken by a fresh worker where the GPU is lost at rest: %s',
    async (kind) => {
      const [first, second] = [new FakeClient(), new FakeClient()];
      const { recogniser, end } = await analysed(undefined, first, { clients: [first, second] });
      await end();
      const lost = () =>
        Promise.reject(new MemoError('device-gpu-lost', 'It was taken away.', 'Press Start again.'));
      Object.assign(first.answers, { [kind]: lost });
      recogniser.seek(4.3);
      expect(await recogniser.takeMoment()).toHaveProperty('words');
      expect(second.bodies.estimate).toEqual([{ time: 4.5 }]);
      expect(recogniser.state.moment.error).toBeNull();
    },
  );

  it('is refused while the file is read: the worker is elsewhere', async () => {
    const client = new FakeClient();
    const { estimate } = client.answers;
    const never = new Promise<never>(() => undefined) as never;
    client.answers.estimate = (body) => (body.time > 3 ? never : estimate!(body));
    const { recogniser } = await analysed(undefined, client);
    await eventually(() => expect(recogniser.state.timeline?.reached).toBe(3));
    recogniser.seek(1);
    await expect(recogniser.takeMoment()).rejects.toMatchObject({
      code: 'moment-missing',
      message: expect.stringContaining('still being analysed'),
    });
    expect(recogniser.state).toMatchObject({ phase: 'listening', moment: { taken: null } });
  });

  it('is refused where there is none to go back to: in a gap, in a file that is played', async () => {
    const played = new FakeSource(() => 0);
    const client = new FakeClient();
    const { estimate } = client.answers;
    client.answers.estimate = (body) => (body.time < 2 ? null : estimate!(body));
    const { recogniser, end } = await analysed((number) => (number === 0 ? null! : played), client);
    await end();
    recogniser.seek(0.1);
    expect(recogniser.state.estimate).toBeNull();
    await expect(recogniser.takeMoment()).rejects.toMatchObject({ code: 'moment-missing' });
    recogniser.seek(5);
    await expect(recogniser.takeMoment()).rejects.toMatchObject({
      code: 'moment-missing',
      message: expect.stringContaining('plays it'),
    });
    expect(played.closes).toBe(1);
    expect(recogniser.state.moment).toMatchObject({ busy: false, taken: null });
    expect(recogniser.state.timeline?.estimates.length).toBe(SECONDS * 2 - 3);
  });

  it('wished for twice is the second one’s, and shown as on its way until that is there', async () => {
    const { recogniser, client, end } = await analysed();
    await end();
    recogniser.seek(8);
    const voice = client.answers.voice!;
    delete client.answers.voice;
    const answer = () => {
      const asked = client.take('voice');
      asked.answer(voice(asked.body));
    };
    const first = recogniser.takeMoment();
    await eventually(() => expect(client.waiting('voice')).toHaveLength(1));
    const second = recogniser.takeMoment();
    await eventually(() => expect(client.waiting('voice')).toHaveLength(2));
    answer();
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    await settled();
    expect(recogniser.state.moment).toMatchObject({ busy: true, taken: null, error: null });
    client.answers.voice = voice;
    answer();
    await second;
    expect(recogniser.state.moment).toMatchObject({ busy: false, taken: expect.anything() });
  });

  it('is given up when something else starts, and no moment comes late', async () => {
    const { recogniser, client, readers, end } = await analysed();
    await end();
    recogniser.seek(8);
    delete client.answers.voice;
    const taking = recogniser.takeMoment().catch((error: { code: string }) => error.code);
    await eventually(() => expect(client.waiting('voice')).toHaveLength(1));
    recogniser.stop();
    client.take('voice').answer({ time: 8, speaking: true, level: 0, muted: false, clipped: 0, latency: {} });
    expect(await taking).toBe('aborted');
    await settled();
    expect(client.count('moment')).toBe(0);
    expect(readers[1]?.closed).toBe(true);
    expect(recogniser.state.moment).toMatchObject({ busy: false, taken: null, error: null });
  });
});

describe('what was said over time', () => {
  const texts = (text: string) => [{ text, start: 0, end: 0 }];
  const fresh = () => {
    const labels = ['happy', 'sad'];
    const given = { face: true, voice: true };
    return new Recorder({ name: 'x', seconds: 9, prompt: 'p', labels, given });
  };

  it('counts for the answers after it was told', () => {
    const recorder = fresh();
    expect(saidAt(recorder.said, 3)).toEqual([]);
    recorder.say(texts('a'));
    recorder.add(null, 2, 'p');
    recorder.say(texts('b'));
    expect([0.5, 2, 2.5].map((time) => saidAt(recorder.said, time)[0]?.text)).toEqual(['a', 'a', 'b']);
  });

  it('is kept once for each answer, however often it is told between two', () => {
    const recorder = fresh();
    for (let guess = 0; guess < 1000; guess += 1) {
      recorder.add(null, Math.floor(guess / 100), 'p');
      recorder.say(texts(String(guess)));
    }
    expect(recorder.said).toHaveLength(10);
    expect([0.5, 5, 99].map((time) => saidAt(recorder.said, time)[0]?.text)).toEqual(['99', '499', '999']);
  });
});
