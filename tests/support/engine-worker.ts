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
