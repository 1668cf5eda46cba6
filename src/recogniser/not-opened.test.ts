/** What does not come to an answer takes nothing away: what was there before it is there again. */

import { describe, expect, it, vi } from 'vitest';
import { ReaderSource } from '../capture/reader-source';
import { MemoError } from '../errors';
import './analysis'; // fetched late else, within a test's time
import './file-moment';
import { noPage } from './page';
import { Recogniser } from './recogniser';
import { estimateAt, FakeClient } from './testing/fake-client';
import { FakeReader } from './testing/fake-reader';
import { ManualClock, settled } from './testing/manual-clock';
import { setUp } from './testing/set-up';
import { eventually } from '../testing/eventually';

const unreadable = () => new MemoError('media-unreadable', 'It is a letter.', 'Choose another.');
const gone = () => new MemoError('file-missing', 'Nobody answers.', 'Check the address.');

/** Two seconds of `talk.webm` were analysed, and a moment of it is shown. */
async function analysed(client = new FakeClient()) {
  const file = vi.fn(async (_blob: Blob, name: string) => {
    if (!name.endsWith('.webm')) throw unreadable();
    return new ReaderSource(new FakeReader(2));
  });
  const recogniser = new Recogniser(
    {
      ...{ manifestUrl: 'https://page.test/manifest.json', assetBase: 'https://page.test/assets/' },
      rates: { fusion: 2 },
    },
    {
      ...{ clock: new ManualClock(), page: noPage, createClient: () => client },
      sources: { file } as unknown as Recogniser['parts']['sources'],
    },
  );
  const idle = () => eventually(() => expect(recogniser.state.phase).toBe('idle'));
  await recogniser.startFile(new Blob(['x']), 'talk.webm');
  await idle();
  recogniser.seek(1);
  const { media, timeline, position, estimate } = recogniser.state;
  return { recogniser, client, idle, before: { media, timeline, position, estimate, source: 'file' } };
}

const face = (x: number, followed: boolean) => ({
  ...{ box: { x, y: 0, width: 10, height: 10 }, score: 1, followed, expression: null },
});
const SECOND = face(50, false);

/** Two faces are in every answer. */
function seeing(client: FakeClient): FakeClient {
  client.answers.estimate = ({ time }) => ({ ...estimateAt(time), faces: [face(0, true), SECOND] });
  return client;
}

/** A reading that has begun comes to two answers, and the third waits. */
async function toSecondAnswer(recogniser: Recogniser, client: FakeClient) {
  const { estimate } = client.answers;
  delete client.answers.estimate;
  for (const answers of [1, 2]) {
    await vi.waitFor(() => expect(client.waiting('estimate')).toHaveLength(1));
    client.take('estimate').answer(estimateAt(answers / 2));
    await vi.waitFor(() => expect(recogniser.state.timeline?.estimates).toHaveLength(answers));
  }
  await vi.waitFor(() => expect(client.waiting('estimate')).toHaveLength(1));
  client.answers.estimate = estimate;
}

function cancelled(recogniser: Recogniser) {
  void recogniser.startFetched(() => new Promise(() => undefined));
  recogniser.stop();
}

describe('with a file open', () => {
  it.each([
    [
      'one that is no media',
      'media-unreadable',
      (to: Recogniser) => to.startFile(new Blob(['Dear all']), 'a.txt'),
    ],
    [
      'an address that is dead',
      'file-missing',
      (to: Recogniser) => to.startFetched(() => Promise.reject(gone())),
    ],
  ] as const)('%s is told, and the analysis is still there', async (_what, code, start) => {
    const { recogniser, before, client, idle } = await analysed();
    await expect(start(recogniser)).rejects.toMatchObject({ code });
    expect(recogniser.state).toMatchObject({ ...before, phase: 'error', error: { code } });
    recogniser.dismissError();
    recogniser.seek(2);
    expect(recogniser.state).toMatchObject({ phase: 'idle', estimate: { time: 2 } });
    // it is all of it: marked, gone back to, read again
    recogniser.mark('sad');
    recogniser.mark('happy');
    expect(recogniser.state.timeline?.estimates).toHaveLength(4);
    await recogniser.takeMoment();
    expect(client.count('moment')).toBe(1);
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await idle();
    expect(recogniser.state).toMatchObject({ media: before.media, timeline: { name: 'talk.webm' } });
    recogniser.close();
  });

  it('one that breaks off before its first answer is told, too', async () => {
    const { recogniser, before, client } = await analysed();
    client.answers.face = () => {
      throw unreadable();
    };
    await recogniser.startFile(new Blob(['y']), 'broken.webm');
    await eventually(() => expect(recogniser.state.error?.code).toBe('media-unreadable'));
    expect(recogniser.state).toMatchObject(before);
    recogniser.adapter.clear();
    expect(recogniser.state.timeline?.name).toBe('talk.webm');
    recogniser.close();
  });

  it('one that is cancelled on its way leaves it open; a second stop closes it', async () => {
    const { recogniser, before } = await analysed();
    const started = recogniser.startFetched(() => new Promise(() => undefined));
    expect(recogniser.state).toMatchObject({ media: null, timeline: null });
    // of two on their way, too
    const again = recogniser.startFetched(() => new Promise(() => undefined));
    recogniser.stop();
    await Promise.all([started, again]);
    expect(recogniser.state).toMatchObject({ ...before, phase: 'idle' });
    recogniser.stop();
    expect(recogniser.state).toMatchObject({ media: null, timeline: null, estimate: null, source: null });
    recogniser.close();
  });

  it('it stays open where its analysis for another prompt is cancelled before an answer', async () => {
    const { recogniser, before, client, idle } = await analysed();
    const { estimate } = client.answers;
    delete client.answers.estimate;
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await eventually(() => expect(client.waiting('estimate')).toHaveLength(1));
    recogniser.stop();
    expect(recogniser.state).toMatchObject({ ...before, phase: 'idle' });
    client.answers.estimate = estimate;
    await recogniser.configure({ labels: null });
    await idle();
    expect(recogniser.state.timeline?.estimates).toHaveLength(4);
    recogniser.close();
  });

  const WAYS = [
    ['a stop', (recogniser: Recogniser) => recogniser.stop()],
    ['a start that is cancelled', (recogniser: Recogniser) => cancelled(recogniser)],
  ] as const;

  it.each(WAYS)('read again for another prompt, it is all there again after %s', async (_what, leave) => {
    const { recogniser, before, client, idle } = await analysed();
    recogniser.mark('sad');
    await recogniser.configure({ prompt: 'I feel [MASK].', labels: ['calm', 'tense'] });
    await toSecondAnswer(recogniser, client);
    expect(recogniser.state).toMatchObject({ prompt: 'I feel [MASK].', adaptation: { marks: [] } });
    leave(recogniser);
    const { prompt, labels, timeline } = recogniser.state;
    expect(recogniser.state).toMatchObject({ ...before, phase: 'idle', promptError: null });
    expect([prompt, labels]).toEqual([timeline?.prompt, timeline?.labels]);
    expect(recogniser.state.adaptation.marks).toHaveLength(1);
    expect(client.bodies.prompt.at(-1)).toEqual({ prompt: null, labels: null });
    // a mark is of the answer shown, and what is asked next is asked beside what holds again
    recogniser.mark('happy');
    expect(recogniser.state.timeline?.estimates[0]?.unadapted).toEqual([0.75, 0.25]);
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await idle();
    expect(client.bodies.prompt.at(-1)).toMatchObject({ prompt: null });
    expect(recogniser.state).toMatchObject({ prompt: 'I am [MASK].', labels: ['calm', 'tense'] });
    recogniser.close();
  });

  it('cancelled as another prompt is on its way to the model, that one is given up', async () => {
    const { recogniser, before, client, idle } = await analysed();
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await toSecondAnswer(recogniser, client);
    const { prompt } = client.answers;
    delete client.answers.prompt;
    const late = recogniser.configure({ labels: ['bored', 'awed'] });
    await settled();
    recogniser.stop();
    client.answers.prompt = prompt;
    client.take('prompt').answer({ prompt: 'I am [MASK].', labels: ['bored', 'awed'] });
    await late;
    await idle();
    expect(recogniser.state).toMatchObject({ ...before, labels: ['happy', 'sad'] });
    recogniser.close();
  });

  it('read again, it is there again where its reading breaks off', async () => {
    const { recogniser, before, client } = await analysed();
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await toSecondAnswer(recogniser, client);
    client.take('estimate').fail(unreadable());
    await vi.waitFor(() => expect(recogniser.state.error?.code).toBe('media-unreadable'));
    expect(recogniser.state).toMatchObject({ ...before, labels: ['happy', 'sad'] });
    recogniser.close();
  });

  it('read again for another face and cancelled, it is as before, and the choice is given up', async () => {
    const { recogniser, before, client, idle } = await analysed(seeing(new FakeClient()));
    await recogniser.follow(SECOND.box);
    await toSecondAnswer(recogniser, client);
    recogniser.stop();
    expect(recogniser.state).toMatchObject({ ...before, phase: 'idle' });
    const followed = client.count('follow');
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await idle();
    expect([followed, client.count('follow')]).toEqual([1, 1]);
    recogniser.close();
  });

  it('cancelled while what it was read by before is asked for again, it is at rest by that', async () => {
    const { recogniser, client, idle } = await analysed();
    await recogniser.startFile(new Blob(['x']), 'talk.webm');
    await idle();
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await toSecondAnswer(recogniser, client);
    const { prompt } = client.answers;
    delete client.answers.prompt;
    const back = recogniser.configure({ labels: null });
    await settled();
    const [asked, estimates] = [client.waiting('prompt').length, client.count('estimate')];
    recogniser.stop();
    const bundled = { prompt: 'I am [MASK].', labels: ['happy', 'sad'] };
    expect(recogniser.state).toMatchObject({ phase: 'idle', ...bundled });
    client.answers.prompt = prompt;
    while (client.waiting('prompt').length > 0) client.take('prompt').answer(bundled);
    await back;
    await settled();
    expect(asked).toBe(1);
    expect(recogniser.state).toMatchObject({
      phase: 'idle',
      ...bundled,
      timeline: { labels: bundled.labels },
    });
    expect(client.count('estimate')).toBe(estimates);
    recogniser.close();
  });

  it('cancelled while a fresh worker takes what it was read again by, it is asked as before', async () => {
    const { recogniser, client, idle } = await analysed();
    await recogniser.startFile(new Blob(['x']), 'talk.webm');
    await idle();
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await toSecondAnswer(recogniser, client);
    delete client.answers.prompt;
    client.die();
    await eventually(() => expect(client.waiting('prompt')).toHaveLength(1));
    recogniser.stop();
    client.take('prompt').answer({ prompt: 'I am [MASK].', labels: ['calm', 'tense'] });
    const own = client.take('prompt');
    expect(own.body).toEqual({ prompt: null, labels: null });
    own.answer({ prompt: 'I am [MASK].', labels: ['happy', 'sad'] });
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'idle', labels: ['happy', 'sad'] });
    recogniser.mark('happy');
    recogniser.close();
  });

  it('another that is cancelled between its first look and its answer takes neither the frame’s size nor the moment', async () => {
    const { recogniser, client, idle } = await analysed();
    await recogniser.startFile(new Blob(['x']), 'talk.webm');
    await idle();
    const { face, estimate } = client.answers;
    const size = { frameWidth: 1080, frameHeight: 1920 };
    client.answers.face = ({ time }) => ({ time, faces: [], ...size, latency: {} });
    delete client.answers.estimate;
    await recogniser.startFile(new Blob(['y']), 'other.webm');
    await vi.waitFor(() => expect(client.waiting('estimate')).toHaveLength(1));
    expect(recogniser.state).toMatchObject(size);
    recogniser.stop();
    Object.assign(client.answers, { face, estimate });
    expect(recogniser.state).toMatchObject({ frameWidth: 640, frameHeight: 480, position: null });
    const asked = client.kinds.length;
    await recogniser.takeMoment();
    expect(client.kinds.slice(asked)).toContain('reset');
    expect(client.kinds.slice(-2)).toEqual(['estimate', 'moment']);
    expect(client.bodies.estimate.at(-1)).toEqual({ time: 2 });
    recogniser.close();
  });

  it('read again and cancelled, its moment is gone back to: the worker is at another', async () => {
    const { recogniser, client, idle } = await analysed();
    await recogniser.startFile(new Blob(['x']), 'talk.webm');
    await idle();
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await toSecondAnswer(recogniser, client);
    recogniser.stop();
    await recogniser.takeMoment();
    expect(client.kinds.slice(-2)).toEqual(['estimate', 'moment']);
    expect(client.bodies.estimate.at(-1)).toEqual({ time: 2 });
    recogniser.close();
  });

  it('whose worker died at rest, its moment is gone back to by a fresh one', async () => {
    const { recogniser, client, idle } = await analysed();
    await recogniser.startFile(new Blob(['x']), 'talk.webm');
    await idle();
    client.die();
    const asked = client.kinds.length;
    const phases: string[] = [];
    recogniser.addEventListener('statechange', ({ detail }) => phases.push(detail.phase));
    await recogniser.takeMoment();
    expect(phases).toEqual(['loading', 'idle']);
    expect(client.kinds.slice(asked)).toEqual(expect.arrayContaining(['load', 'reset']));
    expect(client.kinds.slice(-2)).toEqual(['estimate', 'moment']);
    expect(recogniser.state).toMatchObject({ phase: 'idle', estimate: { time: 2 } });
    recogniser.close();
  });

  it.each([
    ['is damaged', unreadable],
    ['can no longer be read', () => new MemoError('media-lost', 'Its card is out.', 'Put it back.')],
  ])('another that answers, and then %s, takes its place for good', async (_what, why) => {
    const { recogniser, before, client } = await analysed();
    client.answers.estimate = ({ time }) => {
      if (time > 1) throw why();
      return null;
    };
    await recogniser.startFile(new Blob(['y']), 'other.webm');
    await eventually(() => expect(recogniser.state.phase).toBe('error'));
    expect(recogniser.state.media).not.toBe(before.media);
    expect(recogniser.state.timeline).toMatchObject({ name: 'other.webm', estimates: [], reached: 1 });
    recogniser.close();
  });
});

it('after a live run, a file that cannot be read leaves what was estimated', async () => {
  const { recogniser, openings, source, clock } = setUp();
  const started = recogniser.start();
  openings[0]!.arrive(source());
  await started;
  await clock.advance(2000);
  recogniser.stop();
  const { timeline } = recogniser.state;
  expect(timeline?.estimates.length).toBeGreaterThan(4);
  const dropped = recogniser.startFile(new Blob(['Dear all']), 'letter.txt');
  await settled();
  openings[1]!.fail(unreadable());
  await expect(dropped).rejects.toMatchObject({ code: 'media-unreadable' });
  expect(recogniser.state).toMatchObject({ timeline, media: null, source: null });
  recogniser.close();
});

it('stopped by who hears of an answer, a file is at rest', async () => {
  const { recogniser, idle } = await analysed();
  recogniser.addEventListener('estimate', () => recogniser.stop(), { once: true });
  await recogniser.startFile(new Blob(['y']), 'other.webm');
  await idle();
  expect(recogniser.state).toMatchObject({ fileProgress: null, media: expect.any(Blob) as Blob });
  recogniser.close();
});
