/** As much of WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/) as is needed: Firefox speaks it without a driver beside it. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Fake devices, granted without a question; nothing that calls home. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'toolkit.telemetry.enabled': false,
  // finding faces needs WebGL; a machine without a GPU has it in software
  'webgl.force-enabled': true,
};

/**
 * @param {string} path of Firefox
 * @param {Record<string, string>} env beside this process's own
 * @returns {Promise<import('./index.mjs').Browser>}
 */
export async function startFirefox(path, env = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'memo-firefox-'));
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  // with a display (xvfb-run) it has WebGL in software; headless on a machine without a GPU it has none
  const headless = process.env.DISPLAY === undefined ? ['--headless'] : [];
  const args = [...headless, '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const browser = spawn(path, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  const end = async () => {
    browser.kill();
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const socket = new globalThis.WebSocket(`${await addressOf(browser)}/session`);
    const send = await commands(socket);
    const { capabilities } = await send('session.new', { capabilities: {} });
    const { contexts } = await send('browsingContext.getTree', {});
    const { context } = contexts[0];
    const evaluate = async (expression) => {
      const wrapped = `(async () => JSON.stringify(await (${expression})))()`;
      const parts = { expression: wrapped, target: { context }, awaitPromise: true };
      const { type, result, exceptionDetails } = await send('script.evaluate', parts);
      if (type !== 'success') throw new Error(exceptionDetails?.text ?? 'the page threw');
      return result.value === undefined ? undefined : JSON.parse(result.value);
    };
    return {
      version: String(capabilities.browserVersion),
      open: async (url) => void (await send('browsingContext.navigate', { context, url, wait: 'complete' })),
      evaluate,
      act: evaluate, // its preferences ask for no click
      close: async () => {
        socket.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Firefox writes it when it listens. */
function addressOf(browser) {
  return new Promise((resolve, reject) => {
    let said = '';
    browser.stderr.on('data', (data) => {
      said += String(data);
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    browser.once('error', reject);
    browser.once('exit', (code) => reject(new Error(`Firefox ended with ${code}: ${said}`)));
  });
}

/** One answer a command, by its number; rejects with what Firefox says. */
async function commands(socket) {
  const waiting = new Map();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, type, result, error, message } = JSON.parse(data);
    const asked = waiting.get(id);
    waiting.delete(id);
    if (type === 'success') asked?.resolve(result);
    else asked?.reject(new Error(`${error}: ${message}`));
  });
  socket.addEventListener('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox has closed the connection'));
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('Firefox refuses the connection')));
  });
  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
    });
}
