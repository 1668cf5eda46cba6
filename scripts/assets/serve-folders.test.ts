import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveFolders } from './serve-folders.mjs';

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const folder = mkdtempSync(join(tmpdir(), 'served-'));
let server: Server;
let base = '';

beforeAll(async () => {
  writeFileSync(join(folder, 'module.js'), 'export default 1;');
  writeFileSync(join(folder, '..', 'served-secret.txt'), 'no');
  const handlers: Handler[] = [];
  serveFolders({ '/generated/': folder }).configureServer({
    middlewares: { use: (handler: Handler) => handlers.push(handler) },
  });
  server = createServer((request, response) => {
    handlers[0]?.(request, response, () => response.writeHead(418).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
  rmSync(join(folder, '..', 'served-secret.txt'));
});

it('serves a file as it is, with a query too', async () => {
  const response = await fetch(`${base}/generated/module.js?import`);
  expect(response.headers.get('content-type')).toBe('text/javascript');
  expect(await response.text()).toBe('export default 1;');
});

it.each([
  ['/generated/none.js', 404],
  ['/generated/', 404],
  ['/generated/..%2fserved-secret.txt', 404],
  ['/src/main.ts', 418],
])('answers %s with %d', async (path, status) => {
  expect((await fetch(base + path)).status).toBe(status);
});
