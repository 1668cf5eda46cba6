/** Sound in any order, with clocks that jump, to a model that is slow, fails, dies or answers oddly; stopped and started between. */

import fc from 'fast-check';
import { expect } from 'vitest';
import { MOST_CHUNKS } from '../capture';
import { property } from '../testing/fuzz';
import { LONGEST_S, RATE, settled, SpeechWorld } from './testing/speech-world';

/** Shorter than that no word is; what is left of a voice behind a cut may be. */
const LEAST_S = 0.2;
/** Silence behind words that are told for good, less the margin that they may lie in, and what a clock may be off. */
const PAUSE_S = 0.7 - 0.25 - 0.11;
const FILE_S = 3;

const simple = (weight: number, ...names: string[]) => ({
  weight,
  arbitrary: fc.record({ do: fc.constantFrom(...names), seconds: fc.constant(0), jumpS: fc.constant(0) }),
});
const jump = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constantFrom(0.02, -0.05, 0.3, 2) },
  { weight: 1, arbitrary: fc.constantFrom(40, -3, -20) },
);
const sound = (weight: number, ...names: string[]) => ({
  weight,
  arbitrary: fc.record({
    do: fc.constantFrom(...names),
    seconds: fc.constantFrom(0, 0.01, 0.1, 0.5, 0.9, 1.5, 3),
    jumpS: jump,
  }),
});
const action = fc.oneof(
  sound(9, 'voice', 'voice', 'silence'),
  // whatever was before it, it is heard
  sound(9, 'speak', 'speak', 'rest'),
  simple(1, 'start', 'load', 'start and all'),
  simple(9, 'take', 'take', 'tell', 'block', 'answer', 'settle', 'all'),
  simple(3, 'all', 'empty', 'oddly', 'oddly', 'burst', 'restart'),
  simple(1, 'stop', 'close', 'fail', 'die', 'no load'),
);
type Action = { readonly do: string; readonly seconds: number; readonly jumpS: number };

async function step(world: SpeechWorld, { do: what, seconds, jumpS }: Action): Promise<void> {
  const { worker } = world;
  // an answer that nobody waits for is none
  if (['empty', 'oddly', 'fail'].includes(what)) await worker?.work();
  switch (what) {
    case 'voice':
    case 'silence':
      // an overlap is cut off: of silence, whose samples nobody counts
      return world.push(what, seconds, what === 'voice' && jumpS < 0 && jumpS > -0.5 ? 0 : jumpS);
    case 'speak':
    case 'rest':
      world.start();
      await world.drain();
      await step(world, { do: what === 'speak' ? 'voice' : 'silence', seconds, jumpS });
      for (let at = 0; at < 6; at += 1) world.worker?.take();
      return settled();
    case 'burst':
      for (let at = 0; at < 70; at += 1) world.push('silence', 0.01);
      return;
    case 'start':
      return world.start();
    case 'start and all':
      world.start();
      return world.drain();
    case 'stop':
      return world.stop();
    case 'restart':
      // what it was at is answered, and on its way when another run begins
      await worker?.work();
      world.answer('rightly');
      await settled();
      world.stop();
      return world.start();
    case 'close':
      return world.close();
    case 'load':
      worker?.load?.come();
      return;
    case 'no load':
      world.broken = true;
      return worker?.load?.fail(new Error('no model'));
    case 'take':
      return void worker?.take();
    case 'tell':
      return void worker?.tell();
    case 'block':
      return void (await worker?.hearBlocks(20));
    case 'answer':
      return world.answer('rightly');
    case 'empty':
      if ((worker?.asked.length ?? 0) > 0) world.lose();
      return world.answer('empty');
    case 'oddly':
      return world.answer('oddly');
    case 'fail':
      world.broken = true;
      return world.fail();
    case 'die':
      world.broken = true;
      worker?.die();
      return;
    case 'all':
      return world.drain();
    default:
      return settled();
  }
}

/** What holds at every moment. */
function expectTrue(world: SpeechWorld): void {
  const { workers, ears, from, now } = world;
  const voices = new Set(world.voices.map(({ id }) => id));
  expect(workers.filter(({ terminated }) => !terminated).length, 'models').toBeLessThanOrEqual(1);
  expect(workers.every(({ loads }) => loads <= 1)).toBe(true);
  if (!world.broken) expect(ears.errors, 'nothing was broken').toEqual([]);
  const kept = workers.flatMap(({ inbox }) => inbox).filter(({ kind }) => kind === 'samples');
  expect(kept.length, 'chunks on their way').toBeLessThanOrEqual(MOST_CHUNKS);
  for (const { asked } of workers) {
    expect(asked.length, 'asked at once').toBeLessThanOrEqual(1);
    for (const { samples } of asked) {
      expect(samples.length).toBeLessThanOrEqual(LONGEST_S * RATE);
      world.cut ||= samples.length === LONGEST_S * RATE;
    }
  }
  let lastS = 0;
  let settledS = 0;
  for (const { start, end, text, final } of ears.lists.at(-1) ?? []) {
    expect(start, 'words in order').toBeGreaterThanOrEqual(lastS - 1e-6);
    expect(end).toBeGreaterThanOrEqual(start);
    lastS = end;
    if (final) settledS = end;
    expect(voices.has(Number(text.split(':')[0])), `${text} of this run`).toBe(true);
  }
  if (!world.behind && !world.cut)
    expect(settledS, 'settled after a pause').toBeLessThanOrEqual(Math.max(0, now - PAUSE_S));
  if (!world.behind && ears.lists.length > 0) {
    // a clock may be off by as much as is no gap
    expect(ears.lists.at(-1)?.[0]?.start ?? from).toBeGreaterThanOrEqual(from - 0.11);
    expect(lastS).toBeLessThanOrEqual(now + 0.11);
  }
}

/** Samples of each voice in words that stay, over all lists: what is told once stays in the list for half a minute. */
function countsIn(world: SpeechWorld): Map<number, number> {
  const counts = new Map<number, number>();
  const seen = new Set<unknown>();
  for (const word of world.ears.lists.flat()) {
    if (!word.final || seen.has(word)) continue;
    seen.add(word);
    const [id, count] = word.text.split(':').map(Number);
    counts.set(id!, (counts.get(id!) ?? 0) + count!);
  }
  return counts;
}

/** Each voice for good, once. */
function expectHeardOnce(world: SpeechWorld): void {
  const counts = countsIn(world);
  expect(world.ears.lists.at(-1)?.filter(({ final }) => !final) ?? [], 'guesses that stay').toEqual([]);
  for (const { id, seconds, lossy } of world.voices) {
    const heard = (counts.get(id) ?? 0) / RATE;
    expect(heard, `voice ${id} twice`).toBeLessThanOrEqual(seconds + 1e-6);
    if (lossy || seconds < 0.5) continue;
    expect(heard, `voice ${id} of ${seconds} s, lost`).toBeGreaterThanOrEqual(seconds - LEAST_S);
  }
}

async function pause(world: SpeechWorld): Promise<void> {
  for (let at = 0; at < 4; at += 1) {
    world.push('silence', 0.5);
    await world.drain();
  }
}

property(
  'speech in the page, of any sound, by a model that does as it likes',
  50,
  [
    fc.constantFrom(true, true, false),
    fc.boolean(),
    fc.boolean(),
    fc.array(action, { minLength: 6, maxLength: 40, size: 'max' }),
  ],
  async (ready, stepped, slowGate, actions) => {
    const world = new SpeechWorld(stepped, slowGate);
    const left: { ears: SpeechWorld['ears']; told: string }[] = [];
    const toldBy = ({ lists, statuses, errors }: SpeechWorld['ears']) =>
      JSON.stringify([lists.length, statuses.length, errors.length]);
    world.start();
    if (ready) await world.drain();
    for (const each of actions) {
      const { words, ears } = world;
      await step(world, each);
      expectTrue(world);
      if (words !== null && world.words !== words) left.push({ ears, told: toldBy(ears) });
      if (world.words?.status === 'failed') {
        world.stop();
        left.push({ ears, told: toldBy(ears) });
      }
    }
    await world.drain();
    if (world.words?.status === 'listening') {
      await pause(world);
      expectTrue(world);
      expectHeardOnce(world);
    }
    world.stop();
    await world.drain();
    expect(world.waiting, 'nobody waits after the end').toBe(0);
    for (const { ears, told } of left) expect(toldBy(ears), 'nothing after the stop').toBe(told);
    // a fresh start works
    world.start(FILE_S);
    await world.drain();
    expect(world.words!.status).toBe('listening');
    for (const kind of ['silence', 'voice', 'voice'] as const) {
      world.push(kind, FILE_S / 3);
      await world.drain();
    }
    if (stepped) world.end();
    else await pause(world);
    await world.drain();
    expectTrue(world);
    expect(world.voices.length).toBe(2);
    expectHeardOnce(world);
    world.close();
    await world.drain();
    expect(world.workers.every(({ terminated }) => terminated)).toBe(true);
  },
);
