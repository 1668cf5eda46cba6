import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MemoError } from './errors';
import { Recogniser } from './recogniser/recogniser';
import { noPage } from './recogniser/page';
import { SpeechClient } from './speech';
import { startWorker } from './start-worker';
import { eventually } from './testing/eventually';

const OPTIONS = { manifestUrl: 'https://page.test/manifest.json', assetBase: 'https://page.test/' };
const ELSEWHERE = new URL('https://cdn.test/worker.js');

/** As browsers have it: of another origin none is made. */
class PageWorker extends EventTarget {
  static readonly made: PageWorker[] = [];
  readonly posted: unknown[][] = [];
  ended = false;

  constructor(
    readonly address: string | URL,
    readonly options?: WorkerOptions,
  ) {
    super();
    if (new URL(address).origin === ELSEWHERE.origin)
      throw new DOMException(`Script at '${String(address)}' cannot be accessed.`, 'SecurityError');
    PageWorker.made.push(this);
  }

  postMessage(...given: unknown[]): void {
    this.posted.push(given);
  }

  terminate(): void {
    this.ended = true;
  }

  async script(): Promise<string> {
    const url = new URL(this.address);
    expect(url.protocol).toBe('blob:');
    return (await fetch(url)).text();
  }
}

beforeEach(() => {
  PageWorker.made.length = 0;
  vi.stubGlobal('location', { href: 'https://page.test/', origin: 'https://page.test' });
  vi.stubGlobal('Worker', PageWorker);
});
afterEach(() => vi.unstubAllGlobals());

const elsewhere = (options?: WorkerOptions) => startWorker(() => new Worker(ELSEWHERE, options));
const only = () =>
  eventually(() => {
    expect(PageWorker.made).toHaveLength(1);
    return PageWorker.made[0]!;
  });

test('a worker of another origin is imported by one of the page’s own, and what was posted waits for it', async () => {
  const worker = elsewhere({ type: 'module', name: 'memo-bert' });
  const said: unknown[] = [];
  worker.addEventListener('message', (event) => said.push((event as MessageEvent).data));
  const { buffer } = new Float32Array(4);
  worker.postMessage({ id: 1 }, [buffer]);
  const made = await only();
  expect(globalThis.Worker).toBe(PageWorker);
  expect(await made.script()).toBe('import "https://cdn.test/worker.js";');
  expect(made.options).toEqual({ type: 'module', name: 'memo-bert' });
  worker.postMessage({ id: 2 }, []);
  expect(made.posted).toEqual([
    [{ id: 1 }, [buffer]],
    [{ id: 2 }, []],
  ]);
  made.dispatchEvent(new MessageEvent('message', { data: 'answer' }));
  expect(said).toEqual(['answer']);
  worker.terminate();
  expect(made.ended).toBe(true);
});

test('of a bundler’s classic worker the scripts are imported, and find the others beside them', async () => {
  elsewhere();
  const script = await (await only()).script();
  const scope: { location?: URL } = {};
  const imported: [string, string][] = [];
  runInNewContext(script, {
    URL,
    self: scope,
    importScripts: (address: string) => imported.push([address, String(scope.location)]),
  });
  expect(imported).toEqual([[ELSEWHERE.href, ELSEWHERE.href]]);
});

test('one that was ended meanwhile is not started', async () => {
  const [ended] = [elsewhere(), elsewhere({ type: 'module' })];
  ended.terminate();
  expect((await only()).options).toEqual({ type: 'module' });
});

test('where it does not come, what was asked and will be is answered with the host’s and the policy’s cure', async () => {
  const worker = elsewhere({ type: 'module' });
  const said: unknown[] = [];
  worker.addEventListener('message', (event) => said.push((event as MessageEvent).data));
  worker.postMessage({ id: 1 }, []);
  (await only()).dispatchEvent(new Event('error'));
  worker.postMessage({ id: 2 }, []);
  const error = expect.objectContaining({
    code: 'file-missing',
    message: expect.stringContaining(ELSEWHERE.href) as string,
    cure: expect.stringMatching(/CORS.*blob:.*worker-src/) as string,
  }) as MemoError;
  await eventually(() => expect(said).toHaveLength(2));
  expect(said).toEqual([1, 2].map((id) => ({ id, kind: 'error', ok: false, error })));
});

test('what it dies of later is told as any worker’s', async () => {
  const worker = elsewhere({ type: 'module' });
  const told: string[] = [];
  worker.addEventListener('error', (event) => told.push((event as ErrorEvent).message));
  const made = await only();
  made.dispatchEvent(new MessageEvent('message', { data: {} }));
  made.dispatchEvent(new Event('error'));
  expect(told).toEqual(['']);
});

test('where there are no workers, the error says where there are', async () => {
  vi.stubGlobal('Worker', undefined);
  const none = expect.objectContaining({
    code: 'backend-unavailable',
    cure: expect.stringMatching(/dedicated worker.*service worker.*offscreen document/) as string,
  }) as unknown;
  const recogniser = new Recogniser(OPTIONS, { page: noPage });
  await expect(recogniser.load()).rejects.toEqual(none);
  expect(recogniser.state).toMatchObject({ phase: 'error', error: none });
  recogniser.close();
  const address = { url: 'https://page.test/speech.json', file: null };
  const speech = new SpeechClient({ ...OPTIONS, address, device: 'auto', allowSoftwareAdapter: false });
  const lost = await new Promise((resolve) => {
    speech.listen({ lost: resolve, progress: resolve, ready: resolve, heard: resolve });
  });
  expect(lost).toEqual(none);
});
