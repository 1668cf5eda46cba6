/**
 * What page and workers hold: bytes after a collection, the size of every WebAssembly memory, and what is given back by a call alone
 * (frames, audio contexts), counted where it is made. GPU buffers the worker counts itself: `gpu-buffers.test.ts`, request `memory`.
 */

import type { Page } from '@playwright/test';
import { ENGINE, runFirstInWorker } from './engine-worker';

/** For a browser whose memory is to be measured: a collection when asked, and a measurement that does not wait for one. */
export const MEASURABLE = ['--js-flags=--expose-gc', '--enable-blink-features=ForceEagerMeasureMemory'];

export interface Held {
  /** Chromium's own count of page and workers together: objects, buffers, WebAssembly's memories. */
  readonly bytes: number;
  /** All WebAssembly memories of the workers, which `bytes` holds too. */
  readonly wasmBytes: number;
  /** Frames and pictures that nobody closed, on either side. */
  readonly frames: number;
  /** Audio contexts that nobody closed. */
  readonly audioContexts: number;
  readonly workers: number;
}

/** Runs on both sides before anything else; refers to nothing outside of itself. */
function countHeld(): void {
  type Closable = VideoFrame | ImageBitmap;
  const held = {
    frames: new Set<Closable>(),
    memories: [] as WebAssembly.Memory[],
    leakBytes: 0,
    leaked: [] as Uint8Array[],
  };
  Object.assign(globalThis, { memoHeld: held });
  const note = (value: unknown) => {
    const known = ('VideoFrame' in globalThis && value instanceof VideoFrame) || value instanceof ImageBitmap;
    if (known) held.frames.add(value);
  };
  const made = <K extends 'VideoFrame'>(name: K) => {
    const Original = globalThis[name];
    const Counted = new Proxy(Original, {
      construct(target, parts: ConstructorParameters<typeof Original>) {
        const frame = Reflect.construct(target, parts) as VideoFrame;
        note(frame);
        return frame;
      },
    });
    Object.defineProperty(globalThis, name, { value: Counted, configurable: true, writable: true });
  };
  if ('VideoFrame' in globalThis) made('VideoFrame');
  const picture = globalThis.createImageBitmap;
  globalThis.createImageBitmap = (async (...parts: Parameters<typeof picture>) => {
    const bitmap = await picture(...parts);
    note(bitmap);
    return bitmap;
  }) as typeof picture;
  // a camera's frames
  const read = ReadableStreamDefaultReader.prototype.read;
  ReadableStreamDefaultReader.prototype.read = async function (this: ReadableStreamDefaultReader) {
    const result = await read.call(this);
    note(result.value);
    return result;
  };
  if (typeof document !== 'undefined') return;
  // one thread: others sleep in WebAssembly and cannot say what they hold, and each measurement would wait a minute for them
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });
  // the page's, moved here
  globalThis.addEventListener('message', ({ data }: MessageEvent<{ body?: { frame?: unknown } } | null>) => {
    note(data?.body?.frame);
    if (held.leakBytes > 0) held.leaked.push(new Uint8Array(held.leakBytes));
  });
  const Memory = WebAssembly.Memory;
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, parts: ConstructorParameters<typeof Memory>) {
      const memory = Reflect.construct(target, parts) as WebAssembly.Memory;
      held.memories.push(memory);
      return memory;
    },
  });
  const instantiate = WebAssembly.instantiate.bind(WebAssembly);
  const exported = (instance: WebAssembly.Instance) => {
    for (const value of Object.values(instance.exports))
      if (value instanceof Memory && !held.memories.includes(value)) held.memories.push(value);
  };
  WebAssembly.instantiate = (async (source: WebAssembly.Module, imports?: WebAssembly.Imports) => {
    const result = (await instantiate(source, imports)) as
      WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource;
    exported('instance' in result ? result.instance : result);
    return result;
  }) as typeof WebAssembly.instantiate;
}

interface Counts {
  readonly frames: number;
  readonly wasmBytes: number;
}

/** Before the page is opened. */
export async function countMemory(page: Page): Promise<void> {
  await page.addInitScript(countHeld);
  await page.addInitScript(() => {
    const contexts = new Set<AudioContext>();
    Object.assign(window, { audioContexts: contexts });
    window.AudioContext = new Proxy(AudioContext, {
      construct(target, parts: ConstructorParameters<typeof AudioContext>) {
        const context = Reflect.construct(target, parts) as AudioContext;
        contexts.add(context);
        // what is counted must not be kept by the counting
        context.addEventListener('statechange', () => {
          if (context.state === 'closed') contexts.delete(context);
        });
        return context;
      },
    });
  });
  await runFirstInWorker(page, `(${countHeld.toString()})()`);
}

/** After a full collection on both sides. */
export async function held(page: Page): Promise<Held> {
  const count = async (): Promise<Counts> => {
    const { frames, memories } = (
      globalThis as unknown as {
        memoHeld: { frames: Set<VideoFrame | ImageBitmap>; memories: WebAssembly.Memory[] };
      }
    ).memoHeld;
    for (const frame of frames) {
      const open = 'codedWidth' in frame ? frame.codedWidth > 0 : frame.width > 0;
      if (!open) frames.delete(frame);
    }
    // in a task of its own: what lies on the stack of a call, or looks as if it did, would be kept
    const { gc } = globalThis as unknown as { gc(how: object): Promise<void> };
    for (let round = 0; round < 3; round += 1) await gc({ type: 'major', execution: 'async' });
    return {
      frames: frames.size,
      wasmBytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    };
  };
  const workers = page.workers();
  // ONNX Runtime's threads sleep in WebAssembly and answer nothing; their memory is the engine's
  const engines = workers.filter((worker) => ENGINE.test(worker.url()));
  const sides = [
    await page.evaluate(count),
    ...(await Promise.all(engines.map((worker) => worker.evaluate(count)))),
  ];
  const { bytes, audioContexts } = await page.evaluate(async () => {
    const { audioContexts } = window as unknown as { audioContexts: Set<AudioContext> };
    const measure = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{ bytes: number }>;
    };
    const { bytes } = await measure.measureUserAgentSpecificMemory();
    return { bytes, audioContexts: audioContexts.size };
  });
  return {
    bytes,
    wasmBytes: sides.reduce((sum, side) => sum + side.wasmBytes, 0),
    frames: sides.reduce((sum, side) => sum + side.frames, 0),
    audioContexts,
    workers: workers.length,
  };
}

/** As much of DevTools' heap snapshot as is read. */
interface HeapSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[] } };
  /** `node_fields.length` numbers a node. */
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** Of the engine's worker; Playwright's own sessions reach pages alone. */
async function heapSnapshot(page: Page): Promise<HeapSnapshot> {
  const session = await page.context().newCDPSession(page);
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (ENGINE.test(targetInfo.url)) resolve(sessionId);
    });
  });
  const target = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false };
  await session.send('Target.setAutoAttach', target);
  const sessionId = await attached;
  const chunks: string[] = [];
  const taken = new Promise<void>((resolve) => {
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, params } = JSON.parse(message) as { id?: number; params?: { chunk?: string } };
      if (params?.chunk !== undefined) chunks.push(params.chunk);
      // the answer comes after the last of it
      if (id !== undefined) resolve();
    });
  });
  const message = JSON.stringify({ id: 1, method: 'HeapProfiler.takeHeapSnapshot', params: {} });
  await session.send('Target.sendMessageToTarget', { sessionId, message });
  await taken;
  await session.detach();
  return JSON.parse(chunks.join('')) as HeapSnapshot;
}

/** Promises that live in the engine's worker after a collection: as many however long it ran. */
export async function livingPromises(page: Page): Promise<number> {
  const { snapshot, nodes, strings } = await heapSnapshot(page);
  const fields = snapshot.meta.node_fields;
  const name = strings.indexOf('Promise');
  const names = nodes.filter((_, index) => index % fields.length === fields.indexOf('name'));
  return names.filter((each) => each === name).length;
}

/** From now on the engine's worker keeps so many bytes of each message, as an author's mistake would. */
export async function leakInWorker(page: Page, bytes: number): Promise<void> {
  const engines = page.workers().filter((worker) => ENGINE.test(worker.url()));
  for (const worker of engines) {
    await worker.evaluate((leakBytes) => {
      (globalThis as unknown as { memoHeld: { leakBytes: number } }).memoHeld.leakBytes = leakBytes;
    }, bytes);
  }
}
