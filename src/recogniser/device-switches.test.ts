/** A device is switched on or off while the other one runs: what was estimated stays, and the run goes on. */

import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import { FakeClient, healthyAnswers, MANIFEST, WEBGPU } from './testing/fake-client';
import { FakeSource } from './testing/fake-source';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';
import { marks } from './timeline-marks';

describe('A switch, while devices run', () => {
  const blind = { camera: false, microphone: true };

  it('changes them without a new start: the timeline goes on, and what is refused is told', async () => {
    const { recogniser, live, clock, openings, clients } = await listening();
    await clock.advance(2000);
    const [first] = recogniser.state.timeline!.estimates;
    const before = recogniser.state.timeline!.estimates.length;
    const wish = vi.fn(() => true);
    Object.assign(live, { wish });
    recogniser.handle({ name: 'start', detail: blind });
    Object.assign(live, { camera: 'off', framesLeft: 0 });
    live.fire('trackchange');
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', camera: 'off', microphone: 'live' });
    recogniser.handle({ name: 'start', detail: { camera: true, microphone: true } });
    live.camera = 'refused';
    live.fire('trackchange');
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ phase: 'listening', camera: 'refused', error: null });
    const { timeline } = recogniser.state;
    expect(timeline?.estimates.length).toBeGreaterThan(before + 4);
    expect(timeline?.estimates[0]).toEqual(first);
    expect(wish.mock.calls).toEqual([[blind], [{ camera: true, microphone: true }]]);
    expect([openings.length, live.closes, clients[0]!.count('reset')]).toEqual([1, 0, 1]);
    recogniser.close();
  });

  it('brings what was not there as it began: it is looked at from then on', async () => {
    const { recogniser, openings, source, clock, clients } = setUp();
    const live = Object.assign(source(), { camera: 'off', framesLeft: 0, wish: () => true } as const);
    const started = recogniser.start(blind);
    openings[0]!.arrive(live);
    await started;
    await clock.advance(1000);
    expect(clients[0]!.count('face')).toBe(0);
    recogniser.handle({ name: 'start', detail: { camera: true, microphone: true } });
    Object.assign(live, { camera: 'live', framesLeft: Infinity });
    live.fire('trackchange');
    await clock.advance(1000);
    expect(clients[0]!.count('face')).toBeGreaterThan(5);
    recogniser.close();
  });

  it('marks no silence of a microphone that was off, and a face that is missing once there is a camera', async () => {
    const { recogniser, openings, source, clock, clients } = setUp();
    const live = Object.assign(source(), { camera: 'off', framesLeft: 0, wish: () => true } as const);
    const started = recogniser.start(blind);
    openings[0]!.arrive(live);
    await started;
    await clock.advance(2000);
    Object.assign(live, { camera: 'live', microphone: 'off', framesLeft: Infinity });
    live.fire('trackchange');
    const { estimate } = clients[0]!.answers;
    clients[0]!.answers.estimate = (body) => {
      const answer = estimate!(body)!;
      const voice = { ...answer.modalities.voice, present: false };
      return { ...answer, faces: [], modalities: { ...answer.modalities, voice } };
    };
    await clock.advance(4000);
    const { timeline } = recogniser.state;
    expect(timeline?.given).toEqual({ face: true, voice: true });
    const [silence, noFace, ...more] = marks(timeline!);
    expect([silence?.kind, noFace?.kind, more]).toEqual(['silence', 'no-face', []]);
    expect(silence?.end).toBeCloseTo(2, 1);
    expect(noFace?.start).toBeCloseTo(2, 1);
    recogniser.close();
  });

  it('is told of no picture and no silence for the time it was off', async () => {
    const { recogniser, live, clock } = await listening();
    Object.assign(live, { camera: 'off', microphone: 'lost', framesLeft: 0 });
    live.fire('trackchange');
    await clock.advance(60_000);
    Object.assign(live, { camera: 'live', microphone: 'live' });
    live.fire('trackchange');
    await clock.advance(1000);
    expect(recogniser.state.conditions).toEqual([]);
    await clock.advance(4000);
    expect(recogniser.state.conditions).toEqual(['no-picture', 'silence']);
    recogniser.close();
  });

  it('is a new start for what the run does not weigh, and where no face can be found here', async () => {
    const { recogniser, openings, source } = setUp(undefined, { modalities: ['voice', 'text'] });
    const wish = vi.fn(() => true);
    const started = recogniser.start(blind);
    openings[0]!.arrive(Object.assign(source(), { camera: 'off', wish } as const));
    await started;
    await recogniser.configure({ modalities: ['text', 'face', 'voice'] });
    recogniser.handle({ name: 'start', detail: { camera: true, microphone: true } });
    await settled();
    expect([openings.length, wish.mock.calls.length]).toEqual([2, 0]);
    recogniser.close();
    const noFaces = new MemoError('capture-unsupported', 'no WebGL', 'Switch it on.').toJSON();
    const load = () => ({ manifest: MANIFEST, backend: { ...WEBGPU, noFaces } });
    const faceless = await listening(() => new FakeClient({ ...healthyAnswers(), load }));
    Object.assign(faceless.live, { wish });
    faceless.recogniser.handle({ name: 'start', detail: { camera: true, microphone: false } });
    await settled();
    faceless.openings[1]!.arrive(Object.assign(new FakeSource(() => 0), { microphone: 'off' }));
    await settled();
    expect(faceless.recogniser.state.error).toMatchObject(noFaces);
    expect(wish).not.toHaveBeenCalled();
    faceless.recogniser.close();
  });

  it('for one that is asked for ends nothing when the other ends meanwhile', async () => {
    const { recogniser, live } = await listening();
    Object.assign(live, { camera: 'ended', microphone: 'off', asking: true });
    live.fire('trackchange');
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
    Object.assign(live, { microphone: 'refused', asking: false });
    live.fire('trackchange');
    expect(recogniser.state.error?.code).toBe('device-lost');
    recogniser.close();
  });

  it('is a new start where nothing of it would go on, and where a page calls it', async () => {
    const { recogniser, live, openings } = await listening();
    Object.assign(live, { wish: () => false });
    recogniser.handle({ name: 'start', detail: blind });
    await settled();
    expect([openings.length, live.closes]).toEqual([2, 1]);
    const again = new FakeSource(() => 0);
    Object.assign(again, { wish: () => true });
    openings[1]!.arrive(again);
    await settled();
    void recogniser.start(blind);
    expect([openings.length, again.closes]).toEqual([3, 1]);
    recogniser.close();
  });
});

describe('Which devices', () => {
  const back = { deviceId: { exact: 'back' } };
  const both = { camera: true, microphone: true };

  function noting() {
    const devices = vi.fn(() => new Promise<never>(() => undefined));
    return { devices, ...setUp(undefined, {}, { devices }) };
  }
  const wishes = (devices: ReturnType<typeof vi.fn>) => devices.mock.calls.map(([wish]) => wish as unknown);

  it('were chosen, every start takes, by whichever way; what a start itself says goes before', async () => {
    const { recogniser, devices } = noting();
    recogniser.handle({ name: 'devices-choose', detail: { camera: back } });
    expect(recogniser.state).toMatchObject({ phase: 'idle', chosen: { camera: back } });
    void recogniser.start();
    recogniser.handle({ name: 'start', detail: both });
    void recogniser.start({ camera: { facingMode: 'user' }, microphone: false });
    recogniser.chooseDevices({ microphone: { deviceId: 'headset' } });
    recogniser.stop();
    void recogniser.start();
    recogniser.chooseDevices({ camera: {}, microphone: undefined } as never);
    expect(recogniser.state.chosen.microphone, 'undefined is as left out').toEqual({ deviceId: 'headset' });
    void recogniser.start({ camera: true, microphone: false });
    await settled();
    expect(wishes(devices)).toEqual([
      { camera: back, microphone: true },
      { camera: back, microphone: true },
      { camera: { facingMode: 'user' }, microphone: false },
      { camera: back, microphone: { deviceId: 'headset' } },
      { camera: {}, microphone: false },
    ]);
    recogniser.close();
  });

  it('are changed while they run: the run goes on, and what is off stays off', async () => {
    const { recogniser, live, openings, clock } = await listening();
    const wish = vi.fn(() => true);
    Object.assign(live, { wish, microphone: 'off' });
    live.fire('trackchange');
    recogniser.handle({ name: 'devices-choose', detail: { camera: back, microphone: { deviceId: 'x' } } });
    expect(wishes(wish)).toEqual([{ camera: back, microphone: false }]);
    // a switch afterwards takes up the one that was chosen
    recogniser.handle({ name: 'start', detail: both });
    expect(wishes(wish)[1]).toEqual({ camera: back, microphone: { deviceId: 'x' } });
    await clock.advance(1000);
    expect([recogniser.state.phase, openings.length, live.closes]).toEqual(['listening', 1, 0]);
    recogniser.close();
  });

  it.each([['front'], [true], [null]])('cannot be %j: it is told, and what held before holds', (camera) => {
    const { recogniser } = setUp();
    recogniser.chooseDevices({ camera: back });
    expect(() => recogniser.chooseDevices({ camera: camera as never })).toThrow(
      expect.objectContaining({ code: 'input-invalid', message: `The device camera cannot be "${camera}".` }),
    );
    expect(recogniser.state.chosen).toEqual({ camera: back });
    recogniser.close();
  });
});
