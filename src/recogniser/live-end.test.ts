/** The end of a live run: its timeline reaches to there, and what nobody looked at since the last answer is a gap. */

import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import { estimateAt, FakeClient, healthyAnswers } from './testing/fake-client';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';
import type { Timeline } from './timeline';
import { marks, segments } from './timeline-marks';

type Started = Awaited<ReturnType<typeof listening>>;

const answering = () => new FakeClient({ ...healthyAnswers(), estimate: ({ time }) => estimateAt(time) });

const ends: [string, (started: Started) => unknown][] = [
  ['a stop', ({ recogniser }) => recogniser.stop()],
  ['a stream that has ended', ({ live }) => live.fire('end')],
  [
    'devices that were taken away',
    ({ live }) => {
      Object.assign(live, { camera: 'ended', microphone: 'ended' });
      live.fire('trackchange');
    },
  ],
];

describe('The end of a live run', () => {
  it.each(ends)(
    'by %s between two answers: the timeline reaches to there, and has no gap',
    async (_by, end) => {
      const started = await listening(answering);
      const { recogniser, clock } = started;
      await clock.advance(2000);
      const answered = recogniser.state.timeline!.estimates.at(-1)!.time;
      await clock.advance(100);
      const stoppedS = clock.now() / 1000;
      end(started);
      await settled();
      const { timeline } = recogniser.state;
      expect(answered).toBeLessThan(stoppedS);
      expect(timeline).toMatchObject({ reached: stoppedS });
      expect(timeline).not.toHaveProperty('givenFrom');
      expect(segments(timeline!).at(-1)).toMatchObject({ end: stoppedS });
      recogniser.close();
    },
  );

  /** Of which nothing was given, to the end. */
  const gapOf = ({ givenFrom }: Timeline) => {
    const { face, voice, from } = givenFrom!.at(-1)!;
    return [face, voice, Math.floor(from)];
  };

  it('by a stop while the machine is too busy to answer: a gap to the end, neither no face nor silence', async () => {
    const { recogniser, clock, clients } = await listening(answering);
    await clock.advance(2000);
    clients[0]!.answers.estimate = undefined;
    await clock.advance(60_000);
    recogniser.stop();
    const { timeline } = recogniser.state;
    expect(timeline?.reached).toBe(62);
    expect(gapOf(timeline!)).toEqual([false, false, 3]);
    expect(marks(timeline!).filter(({ end }) => end > 4)).toEqual([]);
    expect(segments(timeline!).at(-1)!.end).toBeLessThan(4);
    recogniser.close();
  });

  it('by a stop while a fresh worker is on its way: the same', async () => {
    const { recogniser, clock, clients } = await listening((number) =>
      number === 0 ? answering() : new FakeClient({ ...healthyAnswers(), load: undefined }),
    );
    await clock.advance(2000);
    clients[0]!.die();
    await clock.advance(60_000);
    recogniser.stop();
    expect(recogniser.state.timeline?.reached).toBe(62);
    expect(gapOf(recogniser.state.timeline!)).toEqual([false, false, 3]);
    recogniser.close();
  });

  it('by another start that fails: what is there again reaches to the end', async () => {
    const { recogniser, clock, clients, openings } = await listening(answering);
    await clock.advance(2000);
    clients[0]!.answers.estimate = undefined;
    await clock.advance(60_000);
    const started = recogniser.start();
    expect(recogniser.state.timeline).toBeNull();
    openings[1]!.fail(new MemoError('devices-denied', 'no', 'allow'));
    await expect(started).rejects.toMatchObject({ code: 'devices-denied' });
    expect(recogniser.state.timeline?.reached).toBe(62);
    expect(gapOf(recogniser.state.timeline!)).toEqual([false, false, 3]);
    recogniser.close();
  });

  it('before any answer leaves no timeline, and that of the run before it as it was', async () => {
    const { recogniser, clock, clients, openings, source } = await listening(answering);
    await clock.advance(2000);
    recogniser.stop();
    const { timeline } = recogniser.state;
    clients[0]!.answers.estimate = undefined;
    const started = recogniser.start();
    openings[1]!.arrive(source());
    await started;
    await clock.advance(60_000);
    recogniser.stop();
    expect(recogniser.state.timeline).toEqual(timeline);
    recogniser.close();

    const fresh = await listening(() => new FakeClient({ ...healthyAnswers(), estimate: undefined }));
    await fresh.clock.advance(2000);
    fresh.recogniser.stop();
    expect(fresh.recogniser.state.timeline).toBeNull();
    fresh.recogniser.close();
  });

  it('adds nothing to a file that is played, nor to what is pushed', async () => {
    const { recogniser, openings, source, clock, clients } = setUp(answering);
    const started = recogniser.startFile(new Blob(['x']), 'x.webm');
    openings[0]!.arrive(source());
    await started;
    await clock.advance(2000);
    clients[0]!.answers.estimate = undefined;
    const { timeline } = recogniser.state;
    await clock.advance(10_000);
    recogniser.stop();
    expect(recogniser.state.timeline).toEqual(timeline);
    clients[0]!.answers.estimate = ({ time }) => estimateAt(time);
    await recogniser.startPush({ voice: false });
    const frame = {
      displayWidth: 1,
      close: () => undefined,
      [Symbol.toStringTag]: 'VideoFrame',
    } as unknown as VideoFrame;
    recogniser.pushFrame(frame, 5);
    await clock.advance(10_000);
    const { timeline: pushed } = recogniser.state;
    expect(pushed).toMatchObject({ reached: 5 });
    recogniser.stop();
    expect(recogniser.state.timeline).toEqual(pushed);
    recogniser.close();
  });
});
