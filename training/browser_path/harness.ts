/** The page of the evaluation: hands each request to the worker. `ask` is what the scripts call. */
import type { FromHarness, ToHarness } from './harness-protocol';

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

const worker = new Worker(new URL('./harness-worker.ts', import.meta.url), { type: 'module' });
const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
let last = 0;

worker.onmessage = ({ data }: MessageEvent<FromHarness>) => {
  const waiter = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.ok) waiter?.resolve(data.value);
  else waiter?.reject(new Error(data.message));
};
worker.onerror = ({ message }) => {
  for (const { reject } of waiting.values()) reject(new Error(`The worker stopped: ${message}`));
  waiting.clear();
};

function ask(request: Unnumbered<ToHarness>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    worker.postMessage({ id: last, ...request });
  });
}

Object.assign(globalThis, { ask });
