/**
 * Finds a Chromium for the tests, or installs one; the order is: CHROMIUM_PATH, the system's, Playwright's, the system's package manager,
 * and on Windows its own Edge.
 */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installed, lastResort, onPath } from './browser-places.mjs';
import { root } from './setup.mjs';

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    // a folder may be entered
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The system's. */
const present = () => [...onPath(process), ...installed(process)].find(runs) ?? null;

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
  const found = present() ?? playwrightsOwn();
  if (found) return found;
  const asRoot = typeof process.getuid === 'function' && process.getuid() === 0;
  if (asRoot && onPath(process, ['apt-get']).some(runs)) {
    attempt('apt-get', ['update', '-qq']);
    attempt('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  }
  if (!present())
    attempt(process.execPath, [join(root, 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium']);
  const got = present() ?? playwrightsOwn() ?? lastResort(process).find(runs);
  if (got) return got;
  throw new Error(
    'No Chromium was found or could be installed: install Chrome or Chromium, or set CHROMIUM_PATH.',
  );
}
