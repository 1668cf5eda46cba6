import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { property } from '../testing/fuzz';
import { affordable, LOWERED_FIRST, Pace, RateMeter, stageRates, type StageName } from './rates';
import type { Rates } from './state';

const RATES = stageRates('wasm', 10);
const NAMES = ['face', 'voice', 'fusion'] as const satisfies readonly StageName[];

interface Run {
  readonly name: StageName;
  readonly askedMs: number;
  readonly doneMs: number;
}

/**
 * The loop and its one worker in made-up time: each stage asks, waits for those before it, rests. Timers fire `lateMs` late.
 * @param costMs of a run that begins at a time
 */
function simulate(
  pace: Pace,
  costMs: (name: StageName, nowMs: number) => number,
  { forMs = 60_000, lateMs = 0 } = {},
): Run[] {
  const runs: Run[] = [];
  const next = new Map<StageName, number>(NAMES.map((name) => [name, 0]));
  let freeMs = 0;
  for (;;) {
    const [name = 'face', askedMs = 0] = [...next].reduce((a, b) => (b[1] < a[1] ? b : a));
    if (askedMs > forMs) return runs;
    const cost = costMs(name, askedMs);
    const doneMs = Math.max(freeMs, askedMs) + cost;
    freeMs = doneMs;
    runs.push({ name, askedMs, doneMs });
    next.set(name, doneMs + pace.rest(name, askedMs, doneMs, cost) + lateMs);
  }
}

function perSecond(runs: readonly Run[], name: StageName, fromMs = 20_000, toMs = 60_000): number {
  const counted = runs.filter((run) => run.name === name && run.askedMs >= fromMs && run.askedMs < toMs);
  return (counted.length * 1000) / (toMs - fromMs);
}

const busy = (costs: Rates, hz: Rates) =>
  NAMES.reduce((sum, name) => sum + (costs[name] * hz[name]) / 1000, 0);

describe('affordable', () => {
  it('leaves all at their highest while they fit', () => {
    expect(affordable({ face: 20, voice: 50, fusion: 100 }, RATES, 0.9)).toEqual({
      ...{ face: 10, voice: 2, fusion: 2 },
    });
  });

  it.each<[string, Rates, Rates]>([
    // 0.4 + 0.2 + 0.6: the face gives 0.3
    ['the face first', { face: 40, voice: 100, fusion: 300 }, { face: 2.5, voice: 2, fusion: 2 }],
    // 0.5 + 0.4 + 0.6, the face at its least 0.1: the voice gives 0.2
    ['then the voice', { face: 50, voice: 200, fusion: 300 }, { face: 2, voice: 1, fusion: 2 }],
    // 0.2 + 0.1 at their least: the estimates have what is left
    ['the estimates last', { face: 100, voice: 200, fusion: 600 }, { face: 2, voice: 0.5, fusion: 1 }],
    // 0.4 + 0.3 + 0.3 at their least, of 0.9
    ['then all alike', { face: 200, voice: 600, fusion: 600 }, { face: 1.8, voice: 0.45, fusion: 0.45 }],
  ])('lowers %s', (_, costs, wanted) => {
    const found = affordable(costs, RATES, 0.9);
    for (const name of NAMES) expect(found[name]).toBeCloseTo(wanted[name], 6);
  });

  const anyCost = fc.double({ min: 0, max: 5000, noNaN: true });
  property(
    'never more than its share, and nothing lowered out of turn',
    100,
    [anyCost, anyCost, anyCost, fc.double({ min: 0.1, max: 1, noNaN: true })],
    (face, voice, fusion, share) => {
      const costs = { face, voice, fusion };
      const hz = affordable(costs, RATES, share);
      expect(busy(costs, hz)).toBeLessThanOrEqual(share + 1e-9);
      LOWERED_FIRST.forEach((name, index) => {
        expect(hz[name]).toBeGreaterThan(0);
        if (hz[name] >= RATES[name].hz - 1e-9) return;
        // whoever is lowered before it is at its least, or costs nothing
        for (const before of LOWERED_FIRST.slice(0, index)) {
          expect(costs[before] === 0 || hz[before] <= RATES[before].leastHz + 1e-9).toBe(true);
        }
      });
    },
  );
});

describe('Pace', () => {
  it.each([0, 8])('keeps the highest rates on a fast machine whose timers fire %s ms late', (lateMs) => {
    const runs = simulate(new Pace(RATES), () => 5, { lateMs });
    expect(perSecond(runs, 'face')).toBeCloseTo(10, 0);
    expect(perSecond(runs, 'voice')).toBeCloseTo(2, 0);
    expect(perSecond(runs, 'fusion')).toBeCloseTo(2, 0);
  });

  const cost = fc.integer({ min: 0, max: 3000 });
  property(
    'a delay that does not grow, whatever the stages cost',
    60,
    [cost, cost, cost, fc.integer({ min: 0, max: 99 })],
    (face, voice, fusion, jitter) => {
      const costs = { face, voice, fusion };
      const noise = (nowMs: number) => 1 + (((nowMs * 7919) % 100) / 100 - 0.5) * (jitter / 100);
      const most = 1.5 * (face + voice + fusion);
      const runs = simulate(new Pace(RATES), (name, nowMs) => costs[name] * noise(nowMs));
      // one request of each stage is under way at most: nobody waits for more than one run of each
      for (const { askedMs, doneMs } of runs) expect(doneMs - askedMs).toBeLessThanOrEqual(most + 1e-6);
      for (const name of NAMES) expect(runs.some((run) => run.name === name)).toBe(true);
    },
  );

  it('leaves the page a tenth of an overloaded machine', () => {
    const costs = { face: 100, voice: 250, fusion: 700 };
    const runs = simulate(new Pace(RATES), (name) => costs[name]);
    const hz = {
      face: perSecond(runs, 'face'),
      voice: perSecond(runs, 'voice'),
      fusion: perSecond(runs, 'fusion'),
    };
    expect(busy(costs, hz)).toBeLessThan(0.95);
    expect(busy(costs, hz)).toBeGreaterThan(0.7);
    expect(hz.fusion).toBeGreaterThan(0.7);
  });

  it('comes back to the highest rates when the machine is free again', () => {
    const runs = simulate(new Pace(RATES), (_, nowMs) => (nowMs < 20_000 ? 400 : 5));
    expect(perSecond(runs, 'face', 5000, 20_000)).toBeLessThan(2.5);
    expect(perSecond(runs, 'face', 30_000)).toBeCloseTo(10, 0);
  });

  it('never makes up for missed turns', () => {
    const pace = new Pace(RATES);
    pace.rest('face', 0, 0, 0);
    expect(pace.rest('face', 5000, 5000, 0)).toBe(100);
  });

  it('spares the battery: less than a third of the time, no stage above its rate', () => {
    const saving = new Pace(stageRates('wasm', 10, {}, true), true);
    const runs = simulate(saving, () => 5);
    expect(perSecond(runs, 'face')).toBeCloseTo(4, 0);
    expect([perSecond(runs, 'voice'), perSecond(runs, 'fusion')].map(Math.round)).toEqual([1, 1]);
    const slow = simulate(new Pace(stageRates('wasm', 10, {}, true), true), () => 200);
    const hz = {
      face: perSecond(slow, 'face'),
      voice: perSecond(slow, 'voice'),
      fusion: perSecond(slow, 'fusion'),
    };
    expect(busy({ face: 200, voice: 200, fusion: 200 }, hz)).toBeLessThan(0.35);
  });
});

describe('stageRates', () => {
  it.each(['webgpu', 'wasm'] as const)('asks on %s for what the page promises', (backend) => {
    const rates = stageRates(backend, 10);
    expect(rates.face.hz).toBe(10);
    expect(rates.voice.hz).toBe(2);
    expect(rates.fusion.hz).toBeGreaterThanOrEqual(2);
  });

  it('takes wishes, the face never above the manifest, the saver never above its own', () => {
    expect(stageRates('wasm', 10, { face: 30, voice: 5 })).toMatchObject({
      face: { hz: 10 },
      voice: { hz: 5 },
    });
    expect(stageRates('wasm', 10, { fusion: 0.2 }).fusion).toEqual({ hz: 0.2, leastHz: 0.2 });
    expect(stageRates('webgpu', 10, { face: 3, voice: 5 }, true)).toMatchObject({
      ...{ face: { hz: 3 }, voice: { hz: 1 }, fusion: { hz: 1 } },
    });
  });
});

describe('RateMeter', () => {
  it('tells runs a second from the gaps between them', () => {
    const meter = new RateMeter();
    for (let nowMs = 0; nowMs <= 5000; nowMs += 100) meter.count(nowMs);
    expect(meter.rate(5000)).toBeCloseTo(10);
    expect(meter.rate(5090)).toBeCloseTo(10);
  });

  it('is 0 before two runs, and falls to 0 when the stage stalls', () => {
    const meter = new RateMeter();
    expect(meter.rate(0)).toBe(0);
    meter.count(0);
    expect(meter.rate(0)).toBe(0);
    meter.count(100);
    expect(meter.rate(1100)).toBeLessThan(1.1);
    expect(meter.rate(10_000)).toBe(0);
  });
});
