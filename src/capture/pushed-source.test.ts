import { describe, expect, it } from 'vitest';
import { PushedSource } from './pushed-source';

const RATE_HZ = 16_000;

/** What it told, in order: the end, and when each chunk of samples begins. */
function open() {
  const source = new PushedSource({ face: true, voice: true });
  const told: (number | 'end')[] = [];
  source.on('samples', ({ time }) => told.push(time));
  source.on('end', () => told.push('end'));
  const push = (time: number) => source.pushSamples(new Float32Array(RATE_HZ / 100), RATE_HZ, time);
  return { source, told, push };
}

describe('A pushed source that was ended', () => {
  it('tells no sound that is pushed after the end', () => {
    const { source, told, push } = open();
    push(1);
    source.end();
    for (let time = 1.01; time < 2; time += 0.01) push(time);
    expect(told).toEqual([1, 'end']);
  });

  it('by who hears its last sound ends once', () => {
    const { source, told, push } = open();
    source.on('samples', () => source.end());
    push(1);
    source.end();
    expect(told).toEqual([1, 'end']);
  });
});
