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

/** What holds once all has come that was on its way. */
async function expectSettled(world: RandomWorld): Promise<void> {
  const { recogniser, done } = world;
  expectTrue(world);
  expect([...world.unsettled.values()]).toEqual([]);
  const { phase, source, moment, conditions, adaptation, words, manifest, labels, error } = recogniser.state;
  expect(moment.busy).toBe(false);
  expect(conditions.filter((name) => PASSING.includes(name))).toEqual([]);
  if (manifest !== null) expect(adaptation.subject?.labels).toEqual(labels);
  for (const { word, probabilities } of adaptation.marks) {
    expect(adaptation.subject!.labels).toContain(word);
    expect(probabilities).toHaveLength(adaptation.subject!.labels.length);
  }
  // one at most runs on, the last that was asked for
  expect(world.open.length).toBe(phase === 'listening' && source !== 'push' ? 1 : 0);
  if (done.findLast((name) => STARTS.includes(name) || name === 'stop') === 'stop')
    expect(phase).not.toBe('listening');
  if (phase === 'listening') {
    const started = done.findLast((name) => STARTS.includes(name)) ?? '';
    if (!started.includes('file')) expect(source).toBe(KIND[started]);
    await expectAnswers(world);
  } else {
    expect(['idle', 'error']).toContain(phase);
    expect(['off', 'failed']).toContain(words.status);
    if (phase === 'error') expect(world.errors.at(-1)).toBe(error);
  }
}

/** They are by what is shown. */
async function expectAnswers(world: RandomWorld): Promise<void> {
  await world.live(600);
  const { phase, estimate, labels, position } = world.recogniser.state;
  if (phase === 'listening' && position === null && estimate !== null)
    expect(estimate.labels).toEqual(labels);
  expect(world.clients.at(-1)!.labels).toEqual(labels);
}

async function expectStartsAnew(world: RandomWorld): Promise<void> {
  const { recogniser } = world;
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
  const { state } = recogniser;
  const labels = ['happy', 'sad'];
  expect(state).toMatchObject({ phase: 'listening', source: 'devices', camera: 'live', labels });
  expect(state.timeline!.estimates.length).toBeGreaterThan(0);
  expect(state.estimate?.labels).toEqual(labels);
  expect(world.open).toHaveLength(1);
}

async function expectLetGo(world: RandomWorld): Promise<void> {
  world.recogniser.close();
  await world.drain();
  expect(world.open).toEqual([]);
  expect(world.clients.every(({ closed, ended }) => closed || ended)).toBe(true);
  for (const { framesTaken, framesClosed } of world.sources) expect(framesClosed).toBe(framesTaken);
}

describe('any order of events', () => {
  property('nothing is left open, and the next start works', 80, [actions, waits], async (steps, kinds) => {
    const world = new RandomWorld(kinds);
    for (const [action, pick] of steps) {
      const done = world.do(action, pick);
      if (done instanceof Promise) await done;
      expectTrue(world);
    }
    await world.drain();
    await expectSettled(world);
    await expectStartsAnew(world);
    await expectLetGo(world);
  });
});
