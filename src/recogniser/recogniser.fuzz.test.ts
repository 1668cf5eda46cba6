/** Whatever visitors, devices, workers and files do, in any order: the recogniser tells the truth, leaks nothing, and starts again. */

import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { property } from '../testing/fuzz';
import { RandomWorld, WAITING } from './testing/random-world';

// most of what may happen does only to what is there
const action = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...RandomWorld.actions) },
  { weight: 1, arbitrary: fc.constantFrom('turn', 'settle', 'wait', 'arrive', 'answer', 'answer all') },
);
const actions = fc.array(fc.tuple(action, fc.nat(7)), {
  minLength: 1,
  maxLength: 24,
});
const waits = fc.subarray([...WAITING]);

const KIND: Readonly<Record<string, string>> = {
  start: 'devices',
  switch: 'devices',
  actor: 'actor',
  stream: 'stream',
  push: 'push',
};
const STARTS = [...Object.keys(KIND), 'file', 'file, opened late', 'no file'];

/** Conditions that are over once all has come. */
const PASSING: readonly string[] = ['recovering', 'awaiting-network', 'offline'];

/** What holds at every moment. */
function expectTrue(world: RandomWorld): void {
  const { recogniser, open } = world;
  const { state } = recogniser;
  const { phase, source, camera, microphone, timeline, estimate, error, position } = state;
  expect(world.oddities).toEqual([]);
  if (phase === 'error') expect(error).not.toBeNull();
  if (phase === 'idle' || phase === 'error') expect([camera, microphone]).toEqual(['off', 'off']);
  if ((phase === 'listening' || phase === 'paused') && source !== 'push')
    expect(open.length).toBeGreaterThan(0);
  if (position !== null) expect(timeline?.seconds).not.toBeNull();
  if (estimate !== null) expect(estimate.probabilities).toHaveLength(estimate.labels.length);
  const times = timeline?.estimates.map(({ time }) => time) ?? [];
  expect(times).toEqual([...times].sort((a, b) => a - b));
  for (const { labels } of timeline?.estimates ?? []) expect(labels).toEqual(timeline!.labels);
  expect(world.sources.every(({ closes }) => closes <= 1)).toBe(true);
}

describe('any order of events', () => {
  property('nothing is left open, and the next start works', 80, [actions, waits], async (steps, kinds) => {
    const world = new RandomWorld(kinds);
    const { recogniser } = world;
    for (const [action, pick] of steps) {
      const done = world.do(action, pick);
      if (done instanceof Promise) await done;
      expectTrue(world);
    }
    await world.drain();
    expectTrue(world);
    expect([...world.unsettled.values()]).toEqual([]);
    const { phase, source, moment } = recogniser.state;
    expect(moment.busy).toBe(false);
    expect(recogniser.state.conditions.filter((name) => PASSING.includes(name))).toEqual([]);
    const { adaptation, words, manifest } = recogniser.state;
    if (manifest !== null) expect(adaptation.subject?.labels).toEqual(recogniser.state.labels);
    for (const { word, probabilities } of adaptation.marks) {
      expect(adaptation.subject!.labels).toContain(word);
      expect(probabilities).toHaveLength(adaptation.subject!.labels.length);
    }
    if (phase !== 'listening') expect(['off', 'failed']).toContain(words.status);
    if (phase === 'error') expect(world.errors.at(-1)).toBe(recogniser.state.error);
    // one at most runs on, the last that was asked for
    const started = world.done.findLast((name) => STARTS.includes(name));
    if (phase === 'listening' && !started?.includes('file')) expect(source).toBe(KIND[started ?? '']);
    if (world.done.findLast((name) => STARTS.includes(name) || name === 'stop') === 'stop')
      expect(phase).not.toBe('listening');
    // the answers are by what is shown
    if (phase === 'listening') {
      await world.live(600);
      const { estimate, labels, position } = recogniser.state;
      if (recogniser.state.phase === 'listening' && position === null && estimate !== null)
        expect(estimate.labels).toEqual(labels);
      expect(world.clients.at(-1)!.labels).toEqual(labels);
    }
    expect(world.open.length).toBe(phase === 'listening' && source !== 'push' ? 1 : 0);
    if (phase !== 'listening') expect(['idle', 'error']).toContain(phase);

    recogniser.stop();
    expect(world.open).toEqual([]);
    expect(recogniser.state).toMatchObject({ phase: 'idle', error: null });
    const set = recogniser.configure({ modalities: ['text', 'face', 'voice'], prompt: null, labels: null });
    await world.drain();
    await set;
    const begun = recogniser.start();
    await world.drain();
    await begun;
    await world.live(800);
    expect(recogniser.state).toMatchObject({
      phase: 'listening',
      source: 'devices',
      camera: 'live',
      labels: ['happy', 'sad'],
    });
    expect(recogniser.state.timeline!.estimates.length).toBeGreaterThan(0);
    expect(recogniser.state.estimate?.labels).toEqual(['happy', 'sad']);
    expect(world.open).toHaveLength(1);
    recogniser.close();
    await world.drain();
    expect(world.open).toEqual([]);
    expect(world.clients.every(({ closed, ended }) => closed || ended)).toBe(true);
    for (const { framesTaken, framesClosed } of world.sources) expect(framesClosed).toBe(framesTaken);
  });
});
