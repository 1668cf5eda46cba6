/**
 * What of others is shipped, said once: the page's `generated/LICENCES.txt` (made with every build), `THIRD_PARTY.md`
 * (`node scripts/third-party.mjs` writes it, `--check` says whether it is up to date), and the build's own check that no chunk
 * contains a package that is not named here.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain } from './main.mjs';

/**
 * @typedef {object} Shipped
 * @property {string} name of the npm package
 * @property {string} holder of the copyright
 * @property {string} what it does here, and where it lies in the build
 * @property {string} [changed] what was changed; unchanged without it
 * @property {string} [licence] where the package's own says another thing than what is taken out of it
 */

/** @type {readonly Shipped[]} */
export const SHIPPED = [
  ...['lit', 'lit-element', 'lit-html', '@lit/reactive-element', '@lit/localize'].map((name) => ({
    name,
    holder: 'Google LLC',
    what: 'the elements; in the page’s scripts',
  })),
  {
    name: 'onnxruntime-web',
    holder: 'Microsoft Corporation',
    what: 'runs the graphs; `assets/ort*`, and a loader in the worker’s scripts',
  },
  {
    name: 'onnxruntime-common',
    holder: 'Microsoft Corporation',
    what: 'types and tensors of ONNX Runtime; in the worker’s scripts',
  },
  {
    name: '@mediapipe/tasks-vision',
    holder: 'The MediaPipe Authors',
    what: 'finds faces; `generated/mediapipe/*` and the worker’s scripts',
  },
  {
    name: '@mediapipe/face_detection',
    holder: 'The MediaPipe Authors',
    what: 'BlazeFace short range, the weights of the face detector; `generated/face_detector.tflite`',
    changed: 'TFLite metadata with the input normalisation was added',
  },
  {
    name: '@ricky0123/vad-web',
    holder: '2020-present Silero Team',
    licence: 'MIT',
    what: 'Silero VAD v5 as it is packed there (the package itself is ISC and not shipped); `generated/silero_vad.onnx`',
  },
  {
    name: '@huggingface/tokenizers',
    holder: 'Hugging Face',
    what: 'word pieces; in the workers’ scripts',
  },
  {
    name: '@huggingface/transformers',
    holder: 'The HuggingFace Inc. team',
    what: 'runs a speech model, where a visitor chooses one; in the speech worker’s scripts',
  },
  {
    name: '@huggingface/jinja',
    holder: '2023 Hugging Face',
    what: 'a part of transformers.js; in the speech worker’s scripts',
  },
  {
    name: 'hash-wasm',
    holder: 'Dani Biró',
    what: 'hashes files while they arrive; in the workers’ scripts',
  },
  {
    name: 'mediabunny',
    holder: 'Vanilagy and contributors',
    what: 'takes media files apart; `assets/demuxed-media-*.js`. Its source: the npm package mediabunny',
  },
];

const ADDRESSES = {
  'Apache-2.0': 'https://www.apache.org/licenses/LICENSE-2.0',
  'BSD-3-Clause': 'https://opensource.org/license/bsd-3-clause',
  MIT: 'https://opensource.org/license/mit',
  'MPL-2.0': 'https://www.mozilla.org/MPL/2.0/',
};

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify,
merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished
to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Versions as installed, and the licence each ships under. @throws {Error} when one is not installed */
export async function shippedPackages(root) {
  return Promise.all(
    SHIPPED.map(async (shipped) => {
      const path = join(root, 'node_modules', shipped.name, 'package.json');
      const text = await readFile(path, 'utf8').catch(() => {
        throw new Error(`The package ${shipped.name} is not installed: run "npm ci" first.`);
      });
      const { version, license } = JSON.parse(text);
      return { ...shipped, version, licence: shipped.licence ?? license };
    }),
  );
}

/** The packages that a build's modules are of, without those named here. @param {Iterable<string>} ids paths of modules */
export function unnamedPackages(ids) {
  const named = new Set(SHIPPED.map(({ name }) => name));
  const found = new Set();
  for (const id of ids) {
    const inside = id.replaceAll('\\', '/').split('/node_modules/').at(-1);
    if (inside === undefined || inside === id || id.startsWith('\0')) continue;
    const [scope, name] = inside.split('/');
    const whole = scope?.startsWith('@') === true ? `${scope}/${name}` : (scope ?? '');
    if (!named.has(whole)) found.add(whole);
  }
  return [...found].sort();
}

/** `THIRD_PARTY.md`, whole. */
export async function thirdPartyMarkdown(root) {
  const rows = (await shippedPackages(root)).map(
    ({ name, version, licence, holder, what, changed = 'no' }) =>
      `| [${name}](https://www.npmjs.com/package/${name}) | ${version} | [${licence}](${ADDRESSES[licence]}) | ${holder} | ${what} | ${changed} |`,
  );
  return `# What of others is shipped

Made by \`node scripts/third-party.mjs\` from the installed packages; \`npm test\` fails when it is out of date, and the build fails
when a script contains a package that is not named here. The licences in full go with every build, as \`generated/LICENCES.txt\`.

| package | version | licence | copyright | what, and where | changed |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

The weights in \`public/models/small/\` are ours; what they were trained on stands in [their card](public/models/small/README.md#data), and
their licence [beside them](public/models/small/LICENCE.md). Everything else in \`package-lock.json\` builds or tests the project and is
not shipped.
`;
}

/** `generated/LICENCES.txt`, whole: what goes with every build. */
export async function licencesText(root) {
  const packages = await shippedPackages(root);
  const heads = packages.map(
    ({ name, version, licence, holder, what, changed }) =>
      `${name} ${version}\n  ${what.replaceAll('`', '')}\n  Copyright ${holder}; ${licence}; ${changed === undefined ? 'unchanged' : `changed: ${changed}`}\n`,
  );
  const texts = new Map([['MIT', MIT]]);
  texts.set(
    'Apache-2.0',
    await readFile(join(root, 'node_modules', '@huggingface', 'transformers', 'LICENSE'), 'utf8'),
  );
  for (const [licence, name] of [
    ['BSD-3-Clause', 'lit'],
    ['MPL-2.0', 'mediabunny'],
  ]) {
    texts.set(licence, await readFile(join(root, 'node_modules', name, 'LICENSE'), 'utf8'));
  }
  const whole = [...texts].map(
    ([licence, text]) => `${licence}\n${'='.repeat(licence.length)}\n\n${text.trim()}\n`,
  );
  return `Third-party software in this build\n==================================\n\n${heads.join('\n')}\n\n${whole.join('\n\n')}`;
}

if (isMain(import.meta.url)) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
  const path = join(root, 'THIRD_PARTY.md');
  const wanted = await thirdPartyMarkdown(root);
  if (!process.argv.includes('--check')) await writeFile(path, wanted);
  else if ((await readFile(path, 'utf8').catch(() => '')) !== wanted) {
    console.error('THIRD_PARTY.md is out of date: run "node scripts/third-party.mjs".');
    process.exitCode = 1;
  }
}
