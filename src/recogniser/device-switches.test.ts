/** A device is switched on or off while the other one runs: what was estimated stays, and the run goes on. */

import { describe, expect, it, vi } from 'vitest';
import { FakeSource } from './testing/fake-source';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';

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
