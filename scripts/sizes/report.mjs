/** `docs/sizes.md`: written from a build, read back, and compared with one. */

import { GROUPS, SITUATIONS } from './groups.mjs';

/** Most bytes, gzip: of the page its aim, which is less than 1 % above what was reached; of the worker 3 % above. */
export const LIMITS = { element: 45_000, ownWorker: 26_400 };
/** Where they are to be. */
export const AIMS = { element: 45_000, ownWorker: 22_000 };
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

/** @param {{ sized: Sized[], ownWorker: number }} measured */
export function report({ sized, ownWorker }) {
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
  const element = sumOf(sized, ['script', 'element']).gzip;
  return `# What a visitor downloads

Made by \`npm run sizes\` from a build; \`npm test\` fails when a file comes or goes, or a figure is more than ${TOLERANCE.share * 100} % and ${TOLERANCE.bytes} bytes
away from what is built. Bytes. Brotli is at its best quality up to 2 MB and at quality 6 above. A star stands for a hash of what is in the file.

| our own code, gzip, as far as it is loaded at once | bytes | at most | aim |
| --- | ---: | ---: | ---: |
| in the page: the element, Lit, the page’s side of the engine | ${number(element)} | ${number(LIMITS.element)} | ${number(AIMS.element)} |
| in the worker: without ONNX Runtime, MediaPipe and the tokeniser | ${number(ownWorker)} | ${number(LIMITS.ownWorker)} | ${number(AIMS.ownWorker)} |

Not at once, but when somebody comes to it: the source, the playground, the marks and what else is asked behind a line that opens, the
timeline and what saves it, another language, and the words of all these. What stands between the worker and its aim are the checks
of the manifest and of the golden vectors, which every load makes.

## By situation

Each sum is of the groups below. Of the model each backend loads its own files; they are kept in the browser’s storage, and a second visit asks for none of them.

${table(['situation', 'files', ...KINDS], situations)}

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
export function complaints({ sized, ownWorker }, committed) {
  const known = readReport(committed);
  const wrong = [];
  const element = sumOf(sized, ['script', 'element']).gzip;
  if (element > LIMITS.element)
    wrong.push(
      `The element is ${number(element)} bytes gzip, more than ${number(LIMITS.element)}: load late what is not needed at the start.`,
    );
  if (ownWorker > LIMITS.ownWorker)
    wrong.push(
      `The worker's own code is ${number(ownWorker)} bytes gzip, more than ${number(LIMITS.ownWorker)}.`,
    );
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
