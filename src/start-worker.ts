/** As much of a Worker as is used. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'addEventListener' | 'terminate'>;

/** What stands in a worker's place, and hands on what the worker says. */
export type Standing = EventTarget & WorkerLike;

/** Where the browser refuses at once, what is posted waits for a worker by another way, or for the error (`refused-worker.ts`). */
export function startWorker(start: () => Worker): WorkerLike {
  try {
    return start();
  } catch {
    // what each call was given: nothing is the end
    const calls: unknown[][] = [];
    const call = (...given: unknown[]) => void calls.push(given);
    const worker: Standing = Object.assign(new EventTarget(), { postMessage: call, terminate: call });
    import('./refused-worker').then(
      (late) => late.otherWorker(start, worker, calls),
      () => worker.dispatchEvent(new Event('error')),
    );
    return worker;
  }
}
