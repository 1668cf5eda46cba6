#!/usr/bin/env node
/**
 * `npx memo-bert-assets FOLDER [--script]`: copies into a folder that a server serves what the page fetches while it runs:
 * `models/small/` (the model), `generated/` (MediaPipe, the face detector, the speech gate) and `actor/` (the drawn actor's voice).
 * With `--script` also the element itself, `memo-bert.js`, and the recogniser without one, `recogniser.js`, with their workers, for pages
 * without a bundler.
 */

import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const USAGE =
  'Usage: npx memo-bert-assets FOLDER [--script]\n\nFOLDER is one that your server serves: public/ in most projects.';

function fail(message) {
  console.error(message);
  process.exit(1);
}

function given() {
  try {
    return parseArgs({ allowPositionals: true, options: { script: { type: 'boolean', default: false } } });
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}

const { values, positionals } = given();
if (positionals.length !== 1) fail(USAGE);
const folder = resolve(positionals[0]);
if (existsSync(folder) && !statSync(folder).isDirectory()) fail(`${folder} is a file: name a folder.`);
mkdirSync(folder, { recursive: true });
for (const part of ['models', 'generated', 'actor']) {
  cpSync(join(root, 'public', part), join(folder, part), { recursive: true });
}
if (values.script) {
  // the rest of lib/ is for bundlers, compilers and editors
  const isShipped = (path) =>
    !/^(?:types$|(?:index|elements|nothing)\.js$|[\w.-]+\.json$)/.test(relative(join(root, 'lib'), path));
  cpSync(join(root, 'lib'), folder, { recursive: true, filter: isShipped });
  cpSync(join(root, 'lib', 'index.js'), join(folder, 'recogniser.js'));
}
const shown = `${relative(process.cwd(), folder) || '.'}/`;
console.log(
  `${shown}: models/, generated/ and actor/${values.script ? ', memo-bert.js, recogniser.js and their workers' : ''}`,
);
