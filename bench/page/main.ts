/** The bench's page: peers run here, as their own demos do; ours run in workers, as our page does. `ask` is what run.mjs calls. */

import { answer } from './live';
import { loadFrames, loadSound } from './material';
import { makePeer } from './peers';
import { OURS, setUp, type Ask, type Contestant, type Urls } from './protocol';

let urls: Urls | null = null;
let frames: Promise<ImageBitmap[]> | null = null;
const peers = new Map<string, Contestant>();
const workers = new Map<string, Promise<Worker>>();

/** @param kind of {@link OURS} */
async function startWorker(kind: string, given: Urls): Promise<Worker> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const material = { frames: await loadFrames(given), sound: await loadSound(given) };
  const place =
    kind === 'gpu' ? { backend: 'webgpu', threads: 1 } : { backend: 'wasm', threads: Number(kind) };
  await tell(worker, { urls: given, ...place, ...material });
  return worker;
}

function tell(worker: Worker, message: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ ok: boolean; value: unknown }>) => {
      if (data.ok) resolve(data.value);
      else reject(new Error(String(data.value)));
    };
    worker.onerror = ({ message: why }) => reject(new Error(`The worker stopped: ${why}`));
    worker.postMessage(message);
  });
}

async function ask(request: Ask): Promise<unknown> {
  if (request.kind === 'urls') {
    urls = request.urls;
    return null;
  }
  if (request.kind === 'memory') return memory();
  if (urls === null) throw new Error('Say first where things are.');
  const kind = OURS.exec(request.name)?.[1];
  if (kind !== undefined) {
    const worker = workers.get(kind) ?? startWorker(kind, urls);
    workers.set(kind, worker);
    return tell(await worker, request);
  }
  if (request.kind === 'set-up') {
    const given = urls;
    frames ??= loadFrames(urls);
    const [pictures, sound] = [await frames, await loadSound(urls)];
    const { contestant, ...times } = await setUp(() => makePeer(request.name, given, pictures, sound));
    peers.set(request.name, contestant);
    return times;
  }
  return answer(request, peers.get(request.name));
}

async function memory(): Promise<number> {
  const measured = performance as Performance & {
    measureUserAgentSpecificMemory(): Promise<{ bytes: number }>;
  };
  return (await measured.measureUserAgentSpecificMemory()).bytes;
}

Object.assign(globalThis, { ask });
