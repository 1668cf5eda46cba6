import { expect, it, vi } from 'vitest';
import { tellAll } from './store';

it('tells everybody, and reports what one of them throws', () => {
  vi.useFakeTimers({ toFake: ['queueMicrotask'] });
  const told: string[] = [];
  const broken = () => {
    throw new Error('not mine');
  };
  tellAll([(word) => told.push(`a ${word}`), broken, (word) => told.push(`b ${word}`)], 'now');
  expect(told).toEqual(['a now', 'b now']);
  expect(() => vi.runAllTicks()).toThrow('not mine');
  vi.useRealTimers();
});
