/**
 * Browsers that the suite does not drive, each behind the same few calls, and where they are found.
 *
 * @typedef {object} Browser
 * @property {string} version
 * @property {(url: string) => Promise<void>} open resolves once it is loaded
 * @property {(expression: string) => Promise<unknown>} evaluate waits for a promise, and gives what is JSON
 * @property {(expression: string) => Promise<unknown>} act the same, begun by a visitor's click
 * @property {() => Promise<void>} close
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startFirefox } from './firefox.mjs';
import { startWebKit } from './webkit.mjs';

const { FIREFOX_PATH, WEBKIT_PATH, PATH = '' } = process.env;
const there = (places) => places.find((place) => place !== undefined && existsSync(place));
const inPath = (names) => PATH.split(':').flatMap((folder) => names.map((name) => join(folder, name)));

function firefox() {
  return there([
    FIREFOX_PATH,
    ...inPath(['firefox', 'firefox-esr']),
    '/Applications/Firefox.app/Contents/MacOS/firefox',
    'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
  ]);
}

/** In `/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1` and the like. */
function miniBrowsers() {
  return ['/usr/lib', '/usr/libexec']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...below(folder, /-linux-gnu/)])
    .flatMap((folder) => below(folder, /^webkit(?:2gtk|gtk)-/))
    .map((folder) => join(folder, 'MiniBrowser'));
}

const below = (folder, named) =>
  readdirSync(folder)
    .filter((name) => named.test(name))
    .map((name) => join(folder, name));

/** By the name that `npm run` has. `start` is null where there is none. */
export const BROWSERS = {
  firefox: () => {
    const path = firefox();
    return {
      name: 'Firefox',
      cure: 'FIREFOX_PATH can name one.',
      start: path === undefined ? null : (env) => startFirefox(path, env),
    };
  },
  webkit: () => {
    const driver = there(inPath(['WebKitWebDriver']));
    const browser = there([WEBKIT_PATH, ...miniBrowsers()]);
    const whole = driver !== undefined && browser !== undefined;
    return {
      name: 'WebKitGTK',
      cure: 'Debian’s package is webkit2gtk-driver; WEBKIT_PATH can name a MiniBrowser elsewhere.',
      start: whole ? (env) => startWebKit({ driver, browser }, env) : null,
    };
  },
};
