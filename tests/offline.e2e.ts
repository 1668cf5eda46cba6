/** The built page on a host without any headers, with its service worker: kept, alone without a server, renewed, forgotten. */

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { checkManifest } from '../src/runtime/manifest-check';
import { expect, test as base } from './support/browser';
import { expectPhase, expectWhole, nextEstimate, openPage, press } from './support/element';
import { pretendCores } from './support/engine-worker';
import { OwnHost } from './support/own-host';
import { TOY_BUNDLE } from './support/toy-bundle';

/** `bundle` is put in place of the shipped one, where a folder is named. */
const test = base.extend<{ bundle: string; host: OwnHost }>({
  bundle: ['', { option: true }],
  host: async ({ bundle }, use) => {
    const host = await OwnHost.open(bundle);
    await use(host);
    await host.close();
  },
});

const { graphs } = checkManifest(
  JSON.parse(readFileSync(new URL('../public/models/small/manifest.json', import.meta.url), 'utf8')),
);

const ACTOR = /without a camera/i;

/** Opens it and waits until what is kept was looked at. */
async function visit(page: Page, path = '?device=wasm'): Promise<void> {
  await openPage(page, path);
  await settled(page);
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByTestId('offline-state')).toHaveAttribute('data-work', 'none');
}

async function keep(page: Page): Promise<void> {
  await page.getByTestId('offline-keep').click();
  await expect(page.getByTestId('offline-state')).toHaveAttribute('data-kept', 'all');
  await settled(page);
}

/** What its button says it would fetch, MB. */
async function toFetch(page: Page): Promise<number> {
  const said = (await page.getByTestId('offline-keep').textContent()) ?? '';
  return Number(/\(([\d.]+) MB\)/.exec(said)?.[1] ?? NaN);
}

/** What lies on the device, by where it lies. */
function stored(page: Page) {
  return page.evaluate(async () => {
    const registrations = await navigator.serviceWorker.getRegistrations();
    return {
      caches: (await caches.keys()).toSorted(),
      databases: (await indexedDB.databases()).map(({ name }) => name),
      local: localStorage.length + sessionStorage.length,
      cookies: document.cookie,
      workers: registrations.map(({ scope }) => new URL(scope).pathname),
    };
  });
}

test('kept, it does its whole job with the server gone: two threads, face, voice and words', async ({
  open,
  host,
}) => {
  test.setTimeout(300_000);
  const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
  await visit(page);
  await expect(page.getByTestId('offline-state')).toHaveAttribute('data-kept', 'nothing');
  await keep(page);
  await host.stop();
  await expect(fetch(host.url)).rejects.toThrow();
  await pretendCores(page, 4);
  await visit(page);
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
  await press(page, ACTOR);
  expectWhole(await nextEstimate(page, 'voice', 120_000));
  expectWhole(await nextEstimate(page, 'face'));
  expectWhole(await nextEstimate(page, 'text'));
  await expect(page.getByTestId('backend')).toContainText('2 threads');
  await expect(page.getByTestId('offline-state')).toHaveAttribute('data-kept', 'all');
});

test.describe('of the tiny bundle', () => {
  test.use({ bundle: TOY_BUNDLE });

  test('kept for WebGPU, it loads and answers on WebGPU with the server gone', async ({ open, host }) => {
    test.setTimeout(600_000);
    const page = await open({ baseURL: host.url, serviceWorkers: 'allow', softwareWebGpu: true });
    const path = '?device=webgpu&software-adapter';
    await visit(page, path);
    await keep(page);
    await host.stop();
    await expect(fetch(host.url)).rejects.toThrow();
    await visit(page, path);
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
    await expect(page.getByTestId('offline-state')).toHaveAttribute('data-kept', 'all');
    // the least that goes through a graph; all of them answered their golden vectors before
    const field = page.getByRole('textbox').first();
    await field.fill('What a wonderful surprise');
    await field.press('Enter');
    const estimate = await nextEstimate(page, 'text', 540_000);
    expectWhole(estimate);
    expect(estimate.backend).toBe('webgpu');
  });

  test('a first visit that lacks a file of the page ends its look, is told when asked to keep, and keeps once the file is there', async ({
    open,
    host,
  }) => {
    test.setTimeout(300_000);
    const icon = readFileSync(new URL('../dist/icons/icon.svg', import.meta.url), 'utf8');
    host.write('icons/icon.svg', '<svg/>');
    const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
    await visit(page);
    await page.getByTestId('offline-keep').click();
    await expect(page.getByRole('alert').first()).toContainText('Not everything could be kept');
    await settled(page);
    host.write('icons/icon.svg', icon);
    await keep(page);
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test('nothing but its own files and models is ever stored, marks when asked; "forget everything" leaves nothing', async ({
    open,
    host,
  }) => {
    test.setTimeout(300_000);
    const page = await open({ baseURL: host.url, serviceWorkers: 'allow', grant: ['camera', 'microphone'] });
    await visit(page);
    const before = await stored(page);
    expect(before).toMatchObject({ databases: [], local: 0, cookies: '', workers: ['/'] });
    const whole = await toFetch(page);
    expect(whole).toBeGreaterThan(10);
    expect(before.caches).toEqual([expect.stringMatching(/^memo-bert-app \/ [0-9a-f]{16}$/)]);
    await press(page, ACTOR);
    await nextEstimate(page, 'voice', 120_000);
    // marked, and not yet kept
    await page.getByTestId('open-adaptation').click();
    await page.getByTestId('mark-happy').click();
    await expect(page.getByTestId('marked')).toHaveCount(1);
    await press(page, /^stop$/i);
    await settled(page);
    const after = await stored(page);
    expect(after).toEqual({ ...before, caches: [...before.caches, 'memo-bert-bundle'] });
    await expect(page.getByTestId('offline-state')).not.toHaveAttribute('data-kept', 'nothing');
    // what the run brought is not fetched again
    expect(await toFetch(page)).toBeLessThan(whole / 4);
    const types = await page.evaluate(async () => {
      const cache = await caches.open('memo-bert-bundle');
      return (await cache.keys()).map(({ url }) => new URL(url).pathname.split('/').at(-2));
    });
    expect(new Set(types)).toEqual(new Set(['sha256', 'text']));
    await page.getByTestId('keep-marks').click();
    await expect.poll(async () => (await stored(page)).local).toBe(1);
    await page.getByTestId('offline-forget').click();
    await expect(page.getByTestId('stored')).toHaveCount(0);
    await expect(page.getByTestId('marked')).toHaveCount(0);
    await settled(page);
    expect(await stored(page)).toEqual({ ...before, caches: [], workers: [] });
  });

  test('a new version never comes under a running session, and comes when asked', async ({ open, host }) => {
    test.setTimeout(300_000);
    const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
    await visit(page);
    const lookForUpdate = () => page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    // once while the page is idle: where none had been looked for, and the actor ran, Chromium began a minute after its start
    await lookForUpdate();
    await press(page, ACTOR);
    await nextEstimate(page, 'any', 120_000);
    host.deploy('second');
    await lookForUpdate();
    await expect(page.getByTestId('update')).toHaveAttribute('data-update', 'ready');
    await nextEstimate(page);
    // another tab at work: it is not taken from under that one either
    const other = await page.context().newPage();
    await visit(other);
    await expect(other.locator('#second')).toHaveCount(0);
    await other.getByRole('button', { name: 'Update and reload' }).click();
    await expect(other.getByTestId('update')).toHaveAttribute('data-update', 'refused');
    await nextEstimate(page);
    await other.close();
    // the click scrolls to it, and what comes into view there and is fetched late would wake the version that is to end
    await page.getByTestId('update').scrollIntoViewIfNeeded();
    await page.evaluate(() => customElements.whenDefined('memo-measure').then(() => undefined));
    // the service worker may count a tab for a moment after it closed
    await expect(async () => {
      const update = page.getByRole('button', { name: 'Update and reload' });
      if (await update.isVisible()) await update.click();
      await expect(page.locator('#second')).toHaveCount(1, { timeout: 10_000 });
    }).toPass();
    await settled(page);
    expect((await stored(page)).caches.filter((name) => name.startsWith('memo-bert-app'))).toHaveLength(1);
    // what the version before had used is here, and needs no second download
    await expect(page.getByTestId('offline-state')).not.toHaveAttribute('data-kept', 'nothing');
  });

  test('what another tab found is not taken from it by an update', async ({ open, host }) => {
    test.setTimeout(300_000);
    const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
    await visit(page);
    await press(page, ACTOR);
    await nextEstimate(page, 'any', 120_000);
    await press(page, /^stop$/i);
    await expectPhase(page, 'idle');
    const other = await page.context().newPage();
    await visit(other);
    host.deploy('second');
    await other.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await other.getByRole('button', { name: 'Update and reload' }).click();
    await expect(other.getByTestId('update')).toHaveAttribute('data-update', 'refused');
    const json = await page.evaluate(
      async () => (await document.querySelector('memo-bert')!.export('json')).size,
    );
    expect(json).toBeGreaterThan(100);
  });

  test('a damaged copy heals once there is a network, and is told', async ({ open, host }) => {
    test.setTimeout(300_000);
    const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
    await visit(page);
    await keep(page);
    await page.evaluate(async () => {
      const cache = await caches.open('memo-bert-bundle');
      for (const request of await cache.keys()) {
        const entry = await cache.match(request);
        const bytes = new Uint8Array((await entry?.arrayBuffer()) ?? new ArrayBuffer(0));
        if (bytes.length !== 14_239_897) continue; // ONNX Runtime's WebAssembly
        bytes.fill(0, 1_000_000, 1_000_064);
        await cache.put(request, new Response(bytes, { headers: entry?.headers ?? {} }));
      }
    });
    await host.stop();
    await visit(page);
    await press(page, ACTOR);
    const code = await page.waitForFunction(() => window.errorCodes[0], null, { timeout: 120_000 });
    expect(await code.jsonValue()).toBe('model-integrity');
    await expect(page.getByRole('alert').first()).toContainText(/damaged on this device/);
    await host.start();
    await press(page, ACTOR);
    expectWhole(await nextEstimate(page, 'any', 120_000));
    await expectPhase(page, 'listening');
    await expect(page.getByTestId('healed')).toContainText(/found damaged here/);
  });

  test("somebody else's page beside it gets no service worker, and nothing from the one that is there", async ({
    open,
    host,
  }) => {
    host.write(
      'elsewhere.html',
      `<!doctype html><html lang="en"><head><title>Elsewhere</title>
       <script type="module" src="./memo-bert.js"></script></head>
       <body><memo-bert device="wasm"></memo-bert></body></html>`,
    );
    const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
    await openPage(page, 'elsewhere.html');
    expect((await stored(page)).workers).toEqual([]);
    await visit(page);
    await openPage(page, 'elsewhere.html');
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(false);
    const field = page.getByRole('textbox').first();
    await field.fill('What a wonderful surprise');
    await field.press('Enter');
    expectWhole(await nextEstimate(page, 'text', 120_000));
  });
});

test('kept for WebGPU, every graph of the shipped bundle that WebGPU runs is there', async ({
  open,
  host,
}) => {
  const page = await open({ baseURL: host.url, serviceWorkers: 'allow', softwareWebGpu: true });
  await visit(page, '?device=webgpu&software-adapter');
  await keep(page);
  // kept by their hashes
  const hashes = await page.evaluate(async () => {
    const all = await Promise.all(
      (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
    );
    return all.flat().map(({ url }) => new URL(url).pathname.split('/').at(-1));
  });
  for (const graph of ['denseface', 'wav2vec2-features', 'wav2vec2-context', 'memobert'] as const)
    expect(hashes, graph).toContain(graphs[graph]?.fp32?.sha256);
});

test('the first visit to a host without headers is reloaded once, and then isolated', async ({
  open,
  host,
}) => {
  const page = await open({ baseURL: host.url, serviceWorkers: 'allow' });
  let loads = 0;
  page.on('load', () => (loads += 1));
  // without a question to the page: each counts as something that the visitor did
  const reloaded = new Promise<void>((resolve) => {
    page.on('load', () => {
      if (loads === 2) resolve();
    });
  });
  await page.goto('?device=wasm');
  await reloaded;
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
  await settled(page);
  expect(loads).toBe(2);
});
