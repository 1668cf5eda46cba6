/**
 * That whatever leaves is seen: each way out, tried on purpose in a page without a policy, is caught by the witness that all specs
 * run under; and with the page's own policy each is stopped.
 */

import { expect, test } from './support/browser';
import { openPage } from './support/element';

/** No such host: nothing goes anywhere, the attempt is what counts. */
const ELSEWHERE = 'elsewhere.invalid';

/** Where a policy stops it, it says so nowhere: only that nothing arrives can be seen. */
const SILENT = 'a WebSocket in a worker';

const WAYS: Readonly<Record<string, string>> = {
  fetch: `fetch('http://${ELSEWHERE}/fetch').catch(() => 0)`,
  'fetch over TLS': `fetch('https://${ELSEWHERE}/fetch').catch(() => 0)`,
  'a request of the old kind': `{ const r = new XMLHttpRequest(); r.open('GET', 'http://${ELSEWHERE}/xhr'); r.onerror = () => 0; r.send(); }`,
  'a picture': `{ const i = new Image(); i.src = 'http://${ELSEWHERE}/picture.png'; }`,
  'a beacon': `navigator.sendBeacon('http://${ELSEWHERE}/beacon', 'x')`,
  'an event source': `new EventSource('http://${ELSEWHERE}/events').onerror = (e) => e.target.close()`,
  'a WebSocket': `new WebSocket('ws://${ELSEWHERE}/socket')`,
  'a peer connection': `new RTCPeerConnection({ iceServers: [{ urls: 'stun:${ELSEWHERE}:3478' }] }).close()`,
  'a fetch in a worker': `new Worker(URL.createObjectURL(new Blob(["fetch('http://${ELSEWHERE}/worker').catch(() => 0)"])))`,
  [SILENT]: `new Promise((done) => { new Worker(URL.createObjectURL(new Blob(["new WebSocket('ws://${ELSEWHERE}/worker').onerror = () => postMessage(0)"]))).onmessage = done; })`,
  'a stylesheet': `document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'http://${ELSEWHERE}/style.css' }))`,
  'a frame': `document.body.append(Object.assign(document.createElement('iframe'), { src: 'http://${ELSEWHERE}/frame.html' }))`,
};

test('each way out is seen', async ({ open, left }) => {
  const page = await open({ provokes: ELSEWHERE });
  await page.route('**/open.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Without a policy</title>' }),
  );
  await page.goto('open.html');
  for (const [name, script] of Object.entries(WAYS)) {
    await page.evaluate(script);
    let seen: readonly string[] = [];
    await expect.poll(() => (seen = [...seen, ...left()]).join(), { message: name }).toContain(ELSEWHERE);
  }
});

test("a service worker's own request is seen", async ({ open, left }) => {
  const page = await open({ serviceWorkers: 'allow', provokes: ELSEWHERE });
  const context = page.context();
  const script = `self.addEventListener('activate', (event) => event.waitUntil(fetch('http://${ELSEWHERE}/sw').catch(() => 0)));`;
  await context.route('**/leaky-worker.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  await context.route('**/open.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Without a policy</title>' }),
  );
  await page.goto('open.html');
  await page.evaluate(() => navigator.serviceWorker.register('leaky-worker.js', { scope: './leaky/' }));
  let seen: readonly string[] = [];
  // by the proxy, which sees it a moment before or after Playwright does
  await expect.poll(() => (seen = [...seen, ...left()]).join()).toContain(`GET http://${ELSEWHERE}`);
});

test("the page's policy stops each of them, and names no other origin", async ({ open, left }) => {
  const page = await open({ provokes: ELSEWHERE });
  const sent: string[] = [];
  page.context().on('requestfinished', (request) => sent.push(request.url()));
  await openPage(page);
  for (const [name, script] of Object.entries(WAYS)) {
    // no policy of a browser is about peer connections, and about:blank's frames are its own
    if (name === 'a peer connection') continue;
    await page.evaluate(script);
    let seen: readonly string[] = [];
    const told = expect.poll(() => (seen = [...seen, ...left()]).join(' '), { message: name });
    await (name === SILENT ? told.toBe('') : told.toMatch(/polic/i));
    expect(
      seen.filter((entry) => /^(GET|POST|CONNECT) /.test(entry)),
      name,
    ).toEqual([]);
  }
  expect(sent.filter((url) => url.includes(ELSEWHERE))).toEqual([]);
});

test('page and workers are forbidden the rest by header as well', async ({ open }) => {
  const page = await open();
  const answer = await page.goto('./');
  const headers = answer?.headers() ?? {};
  expect(headers['permissions-policy']).toContain('camera=(self)');
  expect(headers['permissions-policy']).toContain('geolocation=()');
  expect(headers['content-security-policy']).toContain("connect-src 'self'");
  expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:/);
});
