/** `docs/sizes.md`: written from a build, read back, and compared with one. */

import { GROUPS, SITUATIONS } from './groups.mjs';
import { ownBytes } from './own-code.mjs';
import { WEIGHT_LIMITS, weightBytes } from './weights.mjs';

/** Most bytes of our own code, gzip (see `own-code.mjs`): less than 2 % above what was reached. */
export const LIMITS = { page: 44_500, worker: 26_800, together: 71_300, untilEstimate: 84_300 };
/** What a committed figure may be away from the built one. */
export const TOLERANCE = { share: 0.03, bytes: 300 };

const number = (bytes) => bytes.toLocaleString('en-GB');
const KINDS = ['raw', 'gzip', 'brotli'];
const table = (head, rows) =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/**
 * @typedef {{ name: string, group: string, raw: number, gzip: number, brotli: number }} Sized
 * @param {Sized[]} sized
 */
export function sumOf(sized, groups) {
  const counted = sized.filter(({ group }) => groups.includes(group));
  const sum = (kind) => counted.reduce((total, file) => total + file[kind], 0);
  return { files: counted.length, raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') };
}

const OWN = {
  page: 'in the page: the element, Lit, the page’s side of the engine',
  worker:
    'in the worker, beside what it shares with the page: without ONNX Runtime, MediaPipe and the tokeniser',
  together: 'both together',
  untilEstimate: 'both, with what is fetched late until the first estimate by camera and microphone',
};

const BACKENDS = { wasm: 'WebAssembly', webgpu: 'WebGPU' };
const WEIGHTS = {
  graphs: 'the graphs that estimate',
  untilEstimate: 'until the first estimate: with speech gate and face detector',
  playground: 'with the playground’s graph, when it is opened',
};

/** @param {Sized[]} sized */
function weights(sized) {
  const rows = Object.entries(BACKENDS).flatMap(([backend, title]) => {
    const bytes = weightBytes(sized, backend);
    return Object.entries(WEIGHTS).map(([key, what]) => {
      const most = key === 'playground' ? number(WEIGHT_LIMITS[backend]) : '';
      return [`${title}, ${what}`, number(bytes[key].gzip), number(bytes[key].brotli), most];
    });
  });
  return table(['weights', 'gzip', 'brotli', 'at most, gzip'], rows);
}

/** @param {Sized[]} sized */
export function report(sized) {
  const situations = Object.entries(SITUATIONS).map(([name, groups]) => {
    const { files, ...bytes } = sumOf(sized, groups);
    return [name, files, ...KINDS.map((kind) => number(bytes[kind]))];
  });
  const groups = Object.entries(GROUPS)
    .filter(([group]) => group !== 'none')
    .map(([group, what]) => {
      const rows = sized
        .filter((file) => file.group === group)
        .map((file) => [`\`${file.name}\``, ...KINDS.map((kind) => number(file[kind]))]);
      return `## ${group}: ${what}\n\n${table(['file', ...KINDS], rows)}`;
    });
  const own = ownBytes(sized);
  const rows = Object.entries(OWN).map(([key, what]) => [what, number(own[key]), number(LIMITS[key])]);
  return `# What a visitor downloads

Made by \`npm run sizes\` from a build; \`npm test\` fails when a file comes or goes, or a figure is more than ${TOLERANCE.share * 100} % and ${TOLERANCE.bytes} bytes
away from what is built. Bytes. Brotli is at its best quality up to 2 MB and at quality 6 above. A star stands for a hash of what is in the file.

${table(['our own code, gzip', 'bytes', 'at most'], rows)}

The aim was less than 45,000 bytes for the element with its engine. The page’s side is there; page and worker together are not:
the worker reads a face, a voice and words, checks every file and the golden vectors at each load, and that is its size; the manifest of a
bundle that did not come with the build is checked by a script of its own (\`manifest-check\`).
A first visit brings beside it the hash of what arrives (\`sha256\`, hash-wasm). What both sides need is one file, counted in the page.
Only when somebody comes to it: the playground, the marks and what else is asked behind a line that opens, files and what saves them,
words that are not typed, another language, and the words of all these.

## By situation

Each sum is of the groups below. Of the model each backend loads its own files; they are kept in the browser’s storage, and a second visit asks for none of them.

${table(['situation', 'files', ...KINDS], situations)}

## Weights

What one visitor downloads of them, each line with those before it: at most 25 MB on WebAssembly and 30 MB on WebGPU, compressed, with what the
playground fetches when somebody opens it.

${weights(sized)}

${groups.join('\n\n')}
`;
}

/** @returns {Map<string, { group: string, raw: number, gzip: number }>} by name, as a report has them */
export function readReport(text) {
  const found = new Map();
  let group = '';
  for (const line of text.split('\n')) {
    group = /^## ([a-z-]+): /.exec(line)?.[1] ?? group;
    const [, name, raw, gzip] = /^\| `([^`]+)` +\| +([\d,]+) \| +([\d,]+) \|/.exec(line) ?? [];
    const count = (digits) => Number(digits.replaceAll(',', ''));
    if (name !== undefined) found.set(name, { group, raw: count(raw), gzip: count(gzip) });
  }
  return found;
}

/** @returns {string[]} what is wrong, a line each */
export function complaints(sized, committed) {
  const known = readReport(committed);
  const wrong = [];
  const own = ownBytes(sized);
  for (const [key, most] of Object.entries(LIMITS)) {
    if (own[key] > most)
      wrong.push(
        `Our own code ${OWN[key]}: ${number(own[key])} bytes gzip, more than ${number(most)}. Load late what is not needed at the start.`,
      );
  }
  for (const [backend, most] of Object.entries(WEIGHT_LIMITS)) {
    const { gzip } = weightBytes(sized, backend).playground;
    if (gzip > most)
      wrong.push(
        `Weights on ${BACKENDS[backend]}, ${WEIGHTS.playground}: ${number(gzip)} bytes gzip, more than ${number(most)}. Make a graph smaller.`,
      );
  }
  for (const { name, group, raw, gzip } of sized.filter((file) => file.group !== 'none')) {
    const before = known.get(name);
    known.delete(name);
    if (before === undefined) wrong.push(`${name} is not in docs/sizes.md.`);
    else if (before.group !== group) wrong.push(`${name} is in the group ${group}, not ${before.group}.`);
    else if (isAway(raw, before.raw) || isAway(gzip, before.gzip))
      wrong.push(
        `${name} is ${number(raw)} bytes (gzip ${number(gzip)}); docs/sizes.md says ${number(before.raw)} (${number(before.gzip)}).`,
      );
  }
  for (const name of known.keys()) wrong.push(`${name} is in docs/sizes.md, and is not built.`);
  return wrong;
}

function isAway(is, was) {
  return Math.abs(is - was) > Math.max(TOLERANCE.bytes, TOLERANCE.share * was);
}
