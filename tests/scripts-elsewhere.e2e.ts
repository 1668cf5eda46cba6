/** The page of one origin, all that is ours of another: its workers run there, as far as the host and the page's policy let them. */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, test as base } from './support/browser';
import { expectWhole, nextError, nextEstimate, openPage, press } from './support/element';
import { TOY_BUNDLE } from './support/toy-bundle';
import { choose, keepWords, listenToMicrophone, said } from './support/words';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** What the host of the scripts has, by the address's first part. */
const FOLDERS = {
  'models/small/': TOY_BUNDLE,
  'speech/': folder('fixtures/speech/'),
  'webpack/': folder('../test-results/package/webpack/'),
  '': folder('../dist/'),
};
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** A model of another origin is taken by its hash alone. */
const integrity = createHash('sha256')
  .update(readFileSync(`${TOY_BUNDLE}manifest.json`))
  .digest('base64');

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

function scriptHost(): Server {
  return createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://host').pathname.slice(1);
    const [prefix, at] = Object.entries(FOLDERS).find(([start]) => path.startsWith(start))!;
    const file = at + path.slice(prefix.length);
    response.setHeader('access-control-allow-origin', '*');
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    return createReadStream(file).pipe(response);
  });
}

/** As docs/embed.md has it, with the scripts' host where it names them. */
const policy = (host: string, worker = 'blob:') =>
  [
    `default-src 'self' ${host}`,
    `script-src 'self' ${host} 'wasm-unsafe-eval'`,
    `worker-src 'self' ${worker} ${host}`,
    `connect-src 'self' blob: ${host}`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob: mediastream:",
  ].join('; ');

interface Elsewhere {
  /** A page with our element, all of it from elsewhere; with what else its server sends. */
  openElsewhere: (headers: (host: string) => Record<string, string>, script?: string) => Promise<Page>;
}

const test = base.extend<Elsewhere>({
  openElsewhere: async ({ open }, use) => {
    const scripts = scriptHost();
    const host = await listen(scripts);
    let headers = {};
    let element = '';
    const pages = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html', ...headers });
      response.end(`<!doctype html><html lang="en"><head><title>Elsewhere</title>
${element}</head>
<body><memo-bert device="wasm" bundle="${host}/models/small/manifest.json" asset-base="${host}/generated/"
integrity="sha256-${integrity}" speech="${host}/speech/speech.json"></memo-bert></body></html>`);
    });
    const origin = await listen(pages);
    await use(async (sent, script = '<script type="module" src="HOST/memo-bert.js"></script>') => {
      headers = sent(host);
      element = script.replace('HOST', host);
      const page = await open({ baseURL: origin, around: host });
      await page.context().grantPermissions(['microphone'], { origin });
      await openPage(page, './');
      return page;
    });
    for (const server of [pages, scripts]) {
      server.close();
      server.closeAllConnections();
    }
  },
});

test.beforeAll(() => {
  const built = existsSync(`${FOLDERS['webpack/']}main.js`);
  expect(built, 'run node scripts/test-package.mjs first').toBe(true);
});

test('scripts, model and assets of another origin: face, voice and words are read', async ({
  openElsewhere,
}) => {
  const page = await openElsewhere((host) => ({ 'content-security-policy': policy(host) }));
  await press(page, /without a camera/i);
  expectWhole(await nextEstimate(page, 'face'));
  expectWhole(await nextEstimate(page, 'voice'));
});

const WEBPACK = '<script defer src="HOST/webpack/main.js"></script>';
for (const [whose, script] of [['its'], ['webpack’s', WEBPACK]])
  test(`${whose} speech worker, too`, async ({ openElsewhere }) => {
    const page = await openElsewhere((host) => ({ 'content-security-policy': policy(host) }), script);
    await keepWords(page);
    await listenToMicrophone(page);
    await choose(page, 'in-page');
    await page.getByTestId('words-switch').click();
    await expect.poll(() => said(page)).toMatch(/I am (happy|sad)\./);
  });

test('what webpack made of them, whose workers are classic, with no word of where they are', async ({
  openElsewhere,
}) => {
  const page = await openElsewhere((host) => ({ 'content-security-policy': policy(host) }), WEBPACK);
  await press(page, /without a camera/i);
  expectWhole(await nextEstimate(page, 'face'));
  expectWhole(await nextEstimate(page, 'voice'));
});

test('a policy that lets no worker of blobs be: the error says which it must', async ({
  openElsewhere,
  left,
}) => {
  const page = await openElsewhere((host) => ({ 'content-security-policy': policy(host, '') }));
  await press(page, /without a camera/i);
  expect(await nextError(page)).toBe('file-missing');
  await expect(page.getByRole('alert').first()).toContainText(/CORS.*blob:.*worker-src/);
  expect(left().join()).toContain('policy: worker-src blob');
});
