import { expect, it, vi } from 'vitest';
import { Store, tellAll } from './store';

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

it('does not keep a subscriber that throws at its first call: nobody has the way out', async () => {
  const store = new Store();
  let calls = 0;
  const broken = () => {
    calls += 1;
    throw new Error('not mine');
  };
  expect(() => store.subscribe(broken)).toThrow('not mine');
  const told: unknown[] = [];
  store.subscribe(({ text }) => told.push(text));
  store.set({ text: 'hello' });
  await Promise.resolve();
  expect([calls, told]).toEqual([1, ['', 'hello']]);
});

it('tells a subscriber that changes the state at its first call of that change', async () => {
  const store = new Store();
  const told: unknown[] = [];
  store.subscribe(({ text }) => {
    if (told.push(text) === 1) store.set({ text: 'hello' });
  });
  await Promise.resolve();
  expect(told).toEqual(['', 'hello']);
});
