import { expect, it, vi } from 'vitest';
import type { LoadStep } from '../runtime/progress';
import { listening, setUp } from '../recogniser/testing/set-up';
import { whenLoaded } from './when-loaded';

const at = (step: LoadStep) => ({ step, loadedBytes: 1, totalBytes: 1, item: 'toy', fraction: 1 });

it('tells the beginning of each run, and no change of conditions during one', async () => {
  const { recogniser, openings, page, source } = setUp();
  const looked = vi.fn();
  const leave = whenLoaded(recogniser, looked);
  const started = recogniser.start();
  openings[0]!.arrive(source());
  await started;
  expect(looked).toHaveBeenCalledTimes(1);
  const conditions = vi.fn();
  recogniser.addEventListener('statechange', conditions);
  for (const online of [false, true, false, true]) page.set({ online });
  expect(conditions).toHaveBeenCalledTimes(4);
  expect(looked).toHaveBeenCalledTimes(1);
  leave();
});

it('tells once all has come, for a run listens from the face on', async () => {
  const { recogniser, clients } = await listening();
  const looked = vi.fn();
  const leave = whenLoaded(recogniser, looked);
  for (const step of ['fetch', 'compile', 'warm-up', 'verify'] as const) clients[0]!.tell(at(step));
  expect(looked).not.toHaveBeenCalled();
  clients[0]!.tell(at('ready'));
  expect(looked).toHaveBeenCalledTimes(1);
  leave();
  clients[0]!.tell(at('ready'));
  expect(looked).toHaveBeenCalledTimes(1);
});
