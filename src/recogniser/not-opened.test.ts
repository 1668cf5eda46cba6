/** What does not come to an answer takes nothing away: what was there before it is there again. */

import { describe, expect, it, vi } from 'vitest';
import { ReaderSource } from '../capture/reader-source';
import { MemoError } from '../errors';
import './analysis'; // fetched late else, within a test's time
import './file-moment';
import { noPage } from './page';
import { Recogniser } from './recogniser';
import { FakeClient } from './testing/fake-client';
import { FakeReader } from './testing/fake-reader';
import { ManualClock, settled } from './testing/manual-clock';
import { setUp } from './testing/set-up';
import { eventually } from '../testing/eventually';

const unreadable = () => new MemoError('media-unreadable', 'It is a letter.', 'Choose another.');
const gone = () => new MemoError('file-missing', 'Nobody answers.', 'Check the address.');

/** Two seconds of `talk.webm` were analysed, and a moment of it is shown. */
async function analysed() {
  const client = new FakeClient();
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

  it('another that answers takes its place for good', async () => {
    const { recogniser, before, client } = await analysed();
    client.answers.estimate = ({ time }) => {
      if (time > 1) throw unreadable();
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
