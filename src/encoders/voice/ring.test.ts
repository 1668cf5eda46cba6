import { describe, expect, it, vi } from 'vitest';
import { SampleRing } from './ring';

const counting = (count: number, from = 1) =>
  Float32Array.from({ length: count }, (_, index) => from + index);

describe('SampleRing', () => {
  it('holds the last samples, with times', () => {
    const ring = new SampleRing(100, 1_000);
    ring.push(counting(60), 5);
    ring.push(counting(70, 61), 5.06);
    expect([ring.start, ring.end, ring.length]).toEqual([30, 130, 100]);
    expect(ring.endTimeS).toBeCloseTo(5.13);
    expect(ring.last(100)).toEqual(counting(100, 31));
    expect(ring.read(40, 3)).toEqual(counting(3, 41));
  });

  it('takes a chunk larger than itself', () => {
    const ring = new SampleRing(10, 1_000);
    ring.push(counting(3), 0);
    ring.push(counting(25, 4), 0.003);
    expect(ring.last(10)).toEqual(counting(10, 19));
    expect(ring.end).toBe(28);
  });

  it('gives fewer samples when there are not as many', () => {
    const ring = new SampleRing(10, 1_000);
    expect(ring.last(5)).toHaveLength(0);
    ring.push(counting(2), 0);
    expect(ring.last(5)).toEqual(counting(2));
  });

  it('fills a gap with silence', () => {
    const ring = new SampleRing(1_000, 1_000);
    ring.push(counting(10), 0);
    ring.push(counting(10), 0.3);
    expect(ring.length).toBe(310);
    expect(ring.read(10, 290).every((sample) => sample === 0)).toBe(true);
    expect(ring.read(300, 10)).toEqual(counting(10));
  });

  it('takes jitter for no gap', () => {
    const ring = new SampleRing(1_000, 1_000);
    ring.push(counting(10), 0);
    ring.push(counting(10, 11), 0.05);
    ring.push(counting(10, 21), 0);
    expect(ring.last(30)).toEqual(counting(30));
  });

  it('cuts off what overlaps', () => {
    const ring = new SampleRing(1_000, 1_000);
    ring.push(counting(300), 0);
    ring.push(counting(300, 151), 0.15);
    expect(ring.last(450)).toEqual(counting(450));
  });

  it('starts anew after a leap back, and never reuses an index', () => {
    const ring = new SampleRing(100, 1_000);
    ring.push(counting(50), 9);
    ring.push(counting(20), 1);
    expect([ring.start, ring.end]).toEqual([50, 70]);
    expect(ring.endTimeS).toBeCloseTo(1.02);
    expect(ring.last(20)).toEqual(counting(20));
  });

  it('holds nothing after a silence longer than itself', () => {
    const ring = new SampleRing(100, 1_000);
    ring.push(counting(50), 0);
    ring.silenceUntil(3);
    expect([ring.length, ring.endTimeS]).toEqual([0, 3]);
  });

  it('says where a stream breaks', () => {
    const ring = new SampleRing(100, 1_000);
    expect(ring.breaksAt(7)).toBe(false);
    ring.push(counting(50), 7);
    expect([7.05, 7.1, 7.3, 6.5].map((timeS) => ring.breaksAt(timeS))).toEqual([false, false, true, true]);
  });

  it('leaves nothing of it in memory when it is cleared', () => {
    const made: Float32Array[] = [];
    class Watched extends Float32Array {
      constructor(length: number) {
        super(length);
        made.push(this);
      }
    }
    vi.stubGlobal('Float32Array', Watched);
    const ring = new SampleRing(100, 1_000);
    vi.unstubAllGlobals();
    ring.push(counting(70), 0);
    expect(made.map((memory) => memory.some((sample) => sample !== 0))).toEqual([true]);
    ring.clear();
    expect(made.map((memory) => memory.some((sample) => sample !== 0))).toEqual([false]);
    expect([ring.length, ring.end]).toEqual([0, 70]);
  });

  it('refuses to read what it does not hold', () => {
    const ring = new SampleRing(10, 1_000);
    ring.push(counting(20), 0);
    expect(() => ring.read(5, 10)).toThrow('not among');
    expect(() => ring.read(15, 10)).toThrow('not among');
  });
});
