/**
 * As much of WebDriver (https://www.w3.org/TR/webdriver2/) as is needed: WebKitGTK, whose engine is Safari's, speaks it through a driver
 * beside it.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Fake devices, granted without a question; WebGL in workers as Safari has it since 17. */
const ARGS = [
  '--automation',
  '--enable-media-stream=true',
  '--enable-mock-capture-devices=true',
  '--features=+AllowWebGLInWorkers',
];
const TIMEOUTS = { script: 600_000, pageLoad: 120_000 };
const STARTED_MS = 10_000;
const LOOK_MS = 50;

/** In the page: a button over everything, pressed by the driver, for what WebKit lets nobody do but who clicks: start sound. */
const inClick = (expression) => `window.acted = new Promise((resolve) => {
  const button = document.createElement('button');
  button.style.cssText = 'position:fixed;inset:0 auto auto 0;z-index:2147483647;width:40px;height:40px';
  button.onclick = () => {
    button.remove();
    resolve((async () => (${expression}))());
  };
  document.body.append(button);
  window.acting = button;
});
return window.acting;`;

/** In the page: `arguments` ends with what takes the answer. */
const answered = (expression) => `const done = arguments[arguments.length - 1];
(async () => JSON.stringify(await (${expression})))().then(
  (value) => done({ value }),
  (error) => done({ error: String(error) }),
);`;

/**
 * @param {{ driver: string, browser: string }} paths of `WebKitWebDriver` and of `MiniBrowser`
 * @param {Record<string, string>} env beside this process's own
 * @returns {Promise<import('./index.mjs').Browser>}
 */
export async function startWebKit({ driver, browser }, env = {}) {
  const port = await freePort();
  const running = spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  });
  const gone = new Promise((resolve) => running.once('exit', resolve).once('error', resolve));
  const ask = (method, path, body) => command(`http://127.0.0.1:${port}${path}`, method, body);
  const end = async () => {
    running.kill();
    await gone;
  };
  try {
    await listening(() => ask('GET', '/status'));
    const options = { binary: browser, args: ARGS };
    const { sessionId, capabilities } = await ask('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options, timeouts: TIMEOUTS } },
    });
    const at = `/session/${sessionId}`;
    const script = (way, text) => ask('POST', `${at}/execute/${way}`, { script: text, args: [] });
    const evaluate = async (expression) => {
      const { value, error } = await script('async', answered(expression));
      if (error !== undefined) throw new Error(error);
      return value === undefined ? undefined : JSON.parse(value);
    };
    return {
      version: String(capabilities.browserVersion),
      open: async (url) => void (await ask('POST', `${at}/url`, { url })),
      evaluate,
      act: async (expression) => {
        const [button] = Object.values(await script('sync', inClick(expression)));
        await ask('POST', `${at}/element/${button}/click`, {});
        return evaluate('window.acted');
      },
      close: async () => {
        await ask('DELETE', at).catch(() => undefined);
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Rejects with what the driver says. */
async function command(url, method, body) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body), headers }) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** The driver does not say when it listens. */
async function listening(look) {
  for (let waited = 0; waited < STARTED_MS; waited += LOOK_MS) {
    const there = await look().then(
      () => true,
      () => false,
    );
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error('WebKitWebDriver does not listen');
}

/** One that nobody listens at. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
