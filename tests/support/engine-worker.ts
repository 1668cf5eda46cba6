/** The engine's worker, whose globals a page's init script does not reach. */

import type { Page } from '@playwright/test';

export const ENGINE = /\/assets\/worker-(?!client-)[^/]*\.js$/;

/** Runs `script` in each engine's worker before anything else. Before the page is opened. */
export async function runFirstInWorker(page: Page, script: string): Promise<void> {
  await page.route(ENGINE, async (route) => {
    // by this process: the browser's own proxy lets nothing through
    const { headers, ...response } = await fetch(route.request().url()).then(async (found) => ({
      headers: Object.fromEntries([...found.headers].filter(([name]) => name !== 'content-length')),
      body: `${script};\n${await found.text()}`,
    }));
    await route.fulfill({ ...response, headers });
  });
}

/** In an engine's worker: what it asks of the GPU that may keep a session waiting is told to the console. */
export const TELL_GPU_WORK = `{
  const tell = (prototype, name, what) => {
    const was = prototype[name];
    prototype[name] = function (...given) {
      console.debug(what);
      return was.apply(this, given);
    };
  };
  tell(GPUDevice.prototype, 'createComputePipeline', 'gpu pipeline');
  tell(GPUDevice.prototype, 'createComputePipelineAsync', 'gpu pipeline');
  tell(GPUBuffer.prototype, 'mapAsync', 'gpu read');
}`;

/** With {@link TELL_GPU_WORK}: pipelines made and buffers read back so far, by all engines of a page. */
export function gpuWorkOf(page: Page): () => { pipelines: number; reads: number } {
  const done = { pipelines: 0, reads: 0 };
  page.on('console', (message) => {
    done.pipelines += Number(message.text() === 'gpu pipeline');
    done.reads += Number(message.text() === 'gpu read');
  });
  return () => ({ ...done });
}

/** Has the page's workers from now on believe in so many cores; theirs from a service worker too, which no route sees. */
export async function pretendCores(page: Page, cores: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const expression = `Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${cores} })`;
  session.on('Target.attachedToTarget', ({ sessionId }) => {
    for (const [id, [method, params]] of [
      ['Runtime.evaluate', { expression }],
      ['Runtime.runIfWaitingForDebugger', {}],
    ].entries())
      // a worker that ended meanwhile asks for nothing
      session
        .send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) })
        .catch(() => undefined);
  });
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: false,
  });
}
