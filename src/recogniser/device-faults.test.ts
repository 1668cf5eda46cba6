/** Devices, page and clock misbehave while it listens: what the state says, and that the run goes on with what it had. */

import { describe, expect, it } from 'vitest';
import { estimateAt, FakeClient, healthyAnswers, MANIFEST, WEBGPU } from './testing/fake-client';
import { chunk } from './testing/fake-source';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';
import type { Timeline } from './timeline';
import { marks } from './timeline-marks';

type Started = Awaited<ReturnType<typeof listening>>;

const box = { x: 1, y: 1, width: 9, height: 9 };
const seeing = () =>
  new FakeClient({
    ...healthyAnswers(),
    face: ({ time }) => ({
      ...{ time, frameWidth: 640, frameHeight: 480, latency: {} },
      faces: [{ box, score: 0.9, followed: true, expression: null }],
    }),
    voice: ({ time }) => ({ time, speaking: true, level: 0.1, muted: false, clipped: 0, latency: {} }),
  });

describe('Devices', () => {
  it('both taken away for a while: it waits, says so, and goes on with the timeline it had', async () => {
    const { recogniser, live, clock, clients } = await listening(seeing);
    await clock.advance(2000);
    const before = recogniser.state.timeline?.estimates.length ?? 0;
    Object.assign(live, { camera: 'lost', microphone: 'lost', framesLeft: 0 });
    live.fire('trackchange');
    await clock.advance(10_000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', camera: 'lost', microphone: 'lost' });
    const heard = clients[0]!.count('voice');
    Object.assign(live, { camera: 'live', microphone: 'live', framesLeft: Infinity });
    live.fire('trackchange');
    await clock.advance(2000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', camera: 'live', error: null });
    expect(clients[0]!.count('voice')).toBeGreaterThan(heard + 2);
    expect(recogniser.state.timeline?.estimates.length).toBeGreaterThan(before + 6);
    expect([live.closes, clients.length]).toEqual([0, 1]);
    recogniser.close();
  });

  const away = { camera: 'lost', microphone: 'lost' } as const;
  const back = { camera: 'live', microphone: 'live' } as const;

  it('both away while the model loads: looked at and listened to once they are back', async () => {
    const { recogniser, clients, openings, source, clock } = setUp(
      () => new FakeClient({ ...seeing().answers, load: undefined }),
    );
    const started = recogniser.start();
    const live = Object.assign(source(), away);
    openings[0]!.arrive(live);
    await settled();
    clients[0]!.take('load').answer({ manifest: MANIFEST, backend: WEBGPU });
    await started;
    await clock.advance(1000);
    expect([recogniser.state.camera, clients[0]!.count('voice')]).toEqual(['lost', 0]);
    Object.assign(live, back);
    live.fire('trackchange');
    await clock.advance(2000);
    expect(clients[0]!.count('voice')).toBeGreaterThan(2);
    expect(clients[0]!.count('face')).toBeGreaterThan(9);
    recogniser.close();
  });

  it('both away while a fresh worker comes: the same', async () => {
    const { recogniser, live, clock, clients } = await listening(seeing);
    await clock.advance(1000);
    Object.assign(live, away);
    clients[0]!.die();
    await clock.advance(1000);
    Object.assign(live, back);
    live.fire('trackchange');
    await clock.advance(2000);
    expect(clients[1]!.count('voice')).toBeGreaterThan(2);
    expect(clients[1]!.count('face')).toBeGreaterThan(9);
    recogniser.close();
  });

  it('both gone for good: told, and what was estimated can still be saved', async () => {
    const { recogniser, live, clock } = await listening(seeing);
    await clock.advance(2000);
    Object.assign(live, { camera: 'ended', microphone: 'refused' });
    live.fire('trackchange');
    expect(recogniser.state.error?.code).toBe('device-lost');
    expect(recogniser.state.timeline?.estimates.length).toBeGreaterThan(4);
    recogniser.close();
  });

  it.each(['refused', 'missing', 'busy'] as const)(
    'a microphone that is %s from the beginning: no sound was given, and its silence is no mark',
    async (microphone) => {
      const { recogniser, openings, source, clock } = setUp(seeing);
      const started = recogniser.start();
      const live = Object.assign(source(), { microphone });
      openings[0]!.arrive(live);
      await started;
      await clock.advance(3000);
      const { timeline } = recogniser.state;
      expect(timeline?.given).toEqual({ face: true, voice: false });
      expect(marks(timeline!).map(({ kind }) => kind)).not.toContain('silence');
      recogniser.close();
    },
  );

  it('a camera that another program holds: no picture, rather than no face', async () => {
    const { recogniser, live, clock } = await listening(seeing);
    await clock.advance(1000);
    live.cameraMuted = true;
    await clock.advance(300);
    expect(recogniser.state.conditions).toEqual(['no-picture']);
    live.cameraMuted = false;
    await clock.advance(300);
    expect(recogniser.state.conditions).toEqual([]);
    recogniser.close();
  });

  it('a camera that stalls without a word: no picture after three seconds', async () => {
    const { recogniser, live, clock } = await listening(seeing);
    await clock.advance(1000);
    live.framesLeft = 0;
    await clock.advance(2900);
    expect(recogniser.state.conditions).toEqual([]);
    await clock.advance(600);
    expect(recogniser.state.conditions).toEqual(['no-picture']);
    recogniser.close();
  });

  it.each([
    ['is taken away', { camera: 'lost', framesLeft: 0 }],
    ['has ended', { camera: 'ended', framesLeft: 0 }],
    ['is held by another program', { cameraMuted: true, framesLeft: 0 }],
    ['stalls', { framesLeft: 0 }],
  ] as const)('a camera that %s frames no face, and the voice goes on', async (_what, fault) => {
    const { recogniser, live, clock } = await listening(seeing);
    await clock.advance(1000);
    expect(recogniser.state.faces).toHaveLength(1);
    Object.assign(live, fault);
    live.fire('trackchange');
    await clock.advance(3600);
    expect(recogniser.state).toMatchObject({ faces: [], speaking: true, microphone: 'live' });
    recogniser.close();
  });

  it.each([
    ['is taken away', { microphone: 'lost' }],
    ['has ended', { microphone: 'ended' }],
  ] as const)('a microphone that %s shows neither level nor speech', async (_what, fault) => {
    const { recogniser, live, clock } = await listening(seeing);
    live.fire('samples', chunk(0.5));
    await clock.advance(500);
    expect(recogniser.state).toMatchObject({ level: 0.5, speaking: true });
    Object.assign(live, fault);
    live.fire('trackchange');
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ level: 0, speaking: false });
    expect(recogniser.state.faces).toHaveLength(1);
    recogniser.close();
  });

  it('a microphone muted by the system: muted at once, and back at once', async () => {
    const { recogniser, live, clock } = await listening(seeing);
    live.microphoneMuted = true;
    await clock.advance(300);
    expect(recogniser.state).toMatchObject({ phase: 'listening', conditions: ['muted'] });
    live.microphoneMuted = false;
    await clock.advance(300);
    expect(recogniser.state.conditions).toEqual([]);
    recogniser.close();
  });
});

it('a browser that runs no sound: told, rather than silence, and gone once sound comes', async () => {
  const { recogniser, live, clock } = await listening(seeing);
  live.fire('samples', chunk(0.5));
  live.microphoneSilent = true;
  await clock.advance(300);
  expect(recogniser.state).toMatchObject({ phase: 'listening', conditions: ['no-sound'], level: 0 });
  live.microphoneMuted = true;
  await clock.advance(300);
  expect(recogniser.state.conditions).toEqual(['muted']);
  Object.assign(live, { microphoneSilent: false, microphoneMuted: false });
  await clock.advance(300);
  expect(recogniser.state.conditions).toEqual([]);
  recogniser.close();
});

describe('Time', () => {
  it('an hour hidden: nothing is looked at meanwhile; then the timeline goes on where it was', async () => {
    const { recogniser, page, live, clock, clients } = await listening(seeing, { labels: ['happy', 'sad'] });
    await clock.advance(2000);
    const before = recogniser.state.timeline?.estimates.length ?? 0;
    page.set({ hidden: true });
    await clock.advance(500);
    const asked = clients[0]!.kinds.length;
    await clock.leap(3_600_000);
    expect([recogniser.state.phase, clients[0]!.kinds.length]).toEqual(['paused', asked]);
    page.set({ hidden: false });
    await clock.advance(2000);
    const { timeline, phase, conditions } = recogniser.state;
    expect([phase, conditions, live.closes]).toEqual(['listening', [], 0]);
    expect(timeline?.estimates[0]?.time).toBeLessThan(1);
    expect(timeline?.estimates.at(-1)?.time).toBeGreaterThan(3600);
    expect(timeline?.estimates.length).toBeGreaterThan(before + 6);
    expect(clients[0]!.count('prompt')).toBe(1);
    recogniser.close();
  });

  it('a laptop that slept (the clock jumps by eight hours): no turn is made up for, rates stay in bounds', async () => {
    const { recogniser, clock, clients } = await listening(seeing);
    await clock.advance(3000);
    const asked = clients[0]!.count('face');
    await clock.leap(8 * 3_600_000);
    await clock.advance(1000);
    const looks = clients[0]!.count('face') - asked;
    expect(looks).toBeGreaterThan(5);
    expect(looks).toBeLessThanOrEqual(12);
    await clock.advance(3000);
    const { rates, phase, conditions } = recogniser.state;
    expect([phase, conditions]).toEqual(['listening', []]);
    expect(rates.face).toBeGreaterThan(9);
    expect(rates.face).toBeLessThan(11);
    recogniser.close();
  });
});

describe('A stop', () => {
  it('within a frame: tracks end at once, and no frame or sample that comes later is looked at', async () => {
    const waits = () => new FakeClient({ ...healthyAnswers(), face: undefined });
    const { recogniser, live, clients, clock } = await listening(waits);
    await clock.advance(200);
    const late = clients[0]!.take('face');
    recogniser.stop();
    expect(live.closes).toBe(1);
    expect(recogniser.state).toMatchObject({ phase: 'idle', camera: 'off', microphone: 'off', faces: [] });
    const asked = clients[0]!.kinds.length;
    const frames = [live.framesTaken, live.framesClosed];
    live.fire('samples', { samples: new Float32Array(800).fill(0.5), sampleRateHz: 16_000, time: 1 });
    late.answer({
      ...{ time: 0, frameWidth: 640, frameHeight: 480, latency: {} },
      faces: [{ box, score: 1, followed: true, expression: null }],
    });
    await settled();
    await clock.advance(5000);
    expect(clients[0]!.kinds.length).toBe(asked);
    expect([live.framesTaken, live.framesClosed]).toEqual(frames);
    expect(recogniser.state).toMatchObject({ faces: [], estimate: null, level: 0 });
    recogniser.close();
  });

  it('before the first frame: a run that was only asked for captures nothing', async () => {
    const { recogniser, openings, clients, source } = setUp(seeing);
    const started = recogniser.start();
    recogniser.stop();
    const late = source();
    openings[0]!.arrive(late);
    await started;
    expect([late.closes, late.framesTaken, clients[0]!.count('face')]).toEqual([1, 0, 0]);
    recogniser.close();
  });
});

describe('Time in which nobody looked', () => {
  const unseen = ({ time }: { time: number }) => estimateAt(time);
  const blind = () => new FakeClient({ ...healthyAnswers(), estimate: unseen });
  const kinds = (timeline: Timeline | null) => marks(timeline!).map(({ kind }) => kind);
  /** Of which nothing was given. */
  const gaps = ({ givenFrom = [] }: Timeline) =>
    givenFrom.flatMap(({ face, voice, from }, index) =>
      face || voice ? [] : [[from, givenFrom[index + 1]?.from].map((at) => at && Math.round(at * 4) / 4)],
    );

  it.each([
    [
      'a hidden page',
      async ({ page, clock }: Started) => {
        page.set({ hidden: true });
        await clock.advance(60_000);
        page.set({ hidden: false });
      },
    ],
    [
      'a machine too busy to answer',
      async ({ clients, clock }: Started) => {
        const { estimate } = clients[0]!.answers;
        clients[0]!.answers.estimate = undefined;
        await clock.advance(60_000);
        clients[0]!.answers.estimate = estimate;
        clients[0]!.take('estimate').answer(null);
      },
    ],
    ['a page whose timers are held back', ({ clock }: Started) => clock.leap(60_000)],
  ] as const)('%s: a gap, neither no face nor silence', async (_what, happens) => {
    const started = await listening(seeing);
    const { recogniser, clock } = started;
    await clock.advance(2000);
    await happens(started);
    await clock.advance(2000);
    const { timeline } = recogniser.state;
    const [gap, ...more] = gaps(timeline!);
    expect([Math.floor(gap![0]!), gap![1], more]).toEqual([3, 62, []]);
    expect(timeline!.given).toEqual({ face: true, voice: true });
    const during = marks(timeline!).filter(({ start, end }) => end > 3.3 && start < 61.9);
    expect(during).toEqual([]);
    recogniser.close();
  });

  it('answers without evidence are looked at: nobody is there', async () => {
    const { recogniser, clock, clients } = await listening(blind);
    await clock.advance(2000);
    clients[0]!.answers.estimate = () => null;
    await clock.advance(10_000);
    const { timeline } = recogniser.state;
    expect(timeline).not.toHaveProperty('givenFrom');
    expect(timeline?.reached).toBeCloseTo(12, 0);
    expect(kinds(timeline)).toEqual(['no-face', 'silence']);
    recogniser.close();
  });

  it('a camera that another program holds, and a browser that runs no sound, show neither', async () => {
    const { recogniser, live, clock, clients } = await listening(blind);
    await clock.advance(500);
    clients[0]!.answers.estimate = () => null;
    Object.assign(live, { cameraMuted: true, microphoneSilent: true });
    await clock.advance(10_000);
    expect(kinds(recogniser.state.timeline)).toEqual([]);
    recogniser.close();
  });
});
