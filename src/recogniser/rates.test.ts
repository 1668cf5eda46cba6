import { describe, expect, it } from 'vitest';
import { Pacer, RateMeter, stageRates } from './rates';

/** Runs in a second, of a stage that takes `costMs` and of timers that fire `lateMs` late. */
function runsPerSecond(rate: { hz: number; share: number }, costMs: number, lateMs = 0): number {
  const pacer = new Pacer(rate);
  let nowMs = 0;
  let runs = 0;
  while (nowMs < 20_000) {
    const startedMs = nowMs;
    nowMs += costMs;
    runs += 1;
    nowMs += pacer.rest(startedMs, nowMs, costMs) + lateMs;
  }
  return runs / 20;
}

describe('Pacer', () => {
  it('keeps the highest rate while the stage is fast, however late its timers fire', () => {
    expect(runsPerSecond({ hz: 10, share: 0.5 }, 5)).toBeCloseTo(10, 0);
    expect(runsPerSecond({ hz: 10, share: 0.5 }, 5, 8)).toBeCloseTo(10, 0);
  });

  it.each([100, 300, 900])('lets a stage of %s ms fill no more than its share', (costMs) => {
    const runs = runsPerSecond({ hz: 10, share: 0.5 }, costMs);
    expect((runs * costMs) / 1000).toBeLessThanOrEqual(0.55);
    expect((runs * costMs) / 1000).toBeGreaterThan(0.4);
  });

  it('comes back to the highest rate when the stage is fast again', () => {
    const pacer = new Pacer({ hz: 10, share: 0.5 });
    pacer.rest(0, 1000, 1000);
    expect(pacer.intervalMs).toBe(2000);
    for (let run = 0; run < 20; run += 1) pacer.rest(run * 3000, run * 3000 + 5, 5);
    expect(pacer.intervalMs).toBe(100);
  });

  it('never makes up for missed turns', () => {
    const pacer = new Pacer({ hz: 10, share: 1 });
    pacer.rest(0, 0, 0);
    expect(pacer.rest(5000, 5000, 0)).toBe(100);
  });
});

describe('stageRates', () => {
  it.each(['webgpu', 'wasm'] as const)('asks on %s for what the page promises', (backend) => {
    const rates = stageRates(backend, 10);
    expect(rates.face.hz).toBe(10);
    expect(rates.voice.hz).toBe(2);
    expect(rates.fusion.hz).toBeGreaterThanOrEqual(2);
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
