import { expect, it } from 'vitest';
import { setUp } from './testing/fake-service-worker';

it('does not keep a subscriber that throws at its first call: nobody has the way out', async () => {
  const { store } = setUp();
  let calls = 0;
  const broken = () => {
    calls += 1;
    throw new Error('not mine');
  };
  expect(() => store.subscribe(broken)).toThrow('not mine');
  await store.open();
  expect(calls).toBe(1);
});
