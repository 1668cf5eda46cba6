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
