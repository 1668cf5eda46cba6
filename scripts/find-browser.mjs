/** Finds a Chromium for the tests, or installs one; the order is: CHROMIUM_PATH, the system's, Playwright's, the system's package manager. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { root } from './setup.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath() {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const name of NAMES) {
    const found = folders.map((folder) => join(folder, name)).find(runs);
    if (found) return found;
  }
  return PLACES.find(existsSync) ?? null;
}

function playwrightsOwn() {
  const { chromium } = createRequire(join(root, 'package.json'))('@playwright/test');
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : null;
}

function attempt(command, args) {
  console.log(`Looking for a browser: ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Path of a Chromium that can be started. Throws with what to do when there is none and none can be had. */
export function findBrowser() {
  const given = process.env['CHROMIUM_PATH'];
  if (given) {
    if (runs(given)) return given;
    throw new Error(`CHROMIUM_PATH names ${given}, which cannot be run: correct it or unset it.`);
  }
  const present = onPath() ?? playwrightsOwn();
  if (present) return present;
  const asRoot = typeof process.getuid === 'function' && process.getuid() === 0;
  if (asRoot && onPathNamed('apt-get')) {
    attempt('apt-get', ['update', '-qq']);
    attempt('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  }
  if (!onPath())
    attempt(process.execPath, [join(root, 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium']);
  const installed = onPath() ?? playwrightsOwn();
  if (installed) return installed;
  throw new Error(
    'No Chromium was found or could be installed: install Chrome or Chromium, or set CHROMIUM_PATH.',
  );
}

function onPathNamed(name) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => runs(join(folder, name)));
}
