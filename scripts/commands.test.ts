/** Command lines that guides and scripts give: what they name is there, and knows the options. Those of `python -m` are held by `test_command_lines.py`. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PAGES } from './pages.mjs';

const own = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
  'scripts' | 'bin',
  Record<string, string>
>;
const read = (path: string) => readFileSync(path, 'utf8');
const scripts = ['scripts', 'bench', 'training/browser_path', 'training/export_bench'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => `${folder}/${name}`),
);
const LINE = /\b(?:npx |npm run |(?:node|python) (?=[\w./-]+\.(?:mjs|py)\b))[^\n`;|&)]+/g;
/** Of each its first comment, which says how it is called. */
const texts = [
  ...PAGES.map((page) => [page, read(page)] as const),
  ...scripts.map((path) => [path, /\/\*\*[^]*?\*\//.exec(read(path))?.[0] ?? ''] as const),
];
const lines = texts.flatMap(([where, text]) =>
  [...text.replaceAll(/\\\n\s*/g, '').matchAll(LINE)].map(([line]) => {
    // what follows two spaces is said of the line
    return [where, line.split('  ')[0]?.trim() ?? ''] as const;
  }),
);
/** What lies in the repository begins with one of these; all else is the reader's own. */
const OURS = [...readdirSync('.'), ...readdirSync('training')];

it('finds them', () => {
  expect(lines.length).toBeGreaterThan(50);
});

it.each(lines)('%s: %s', (where, line) => {
  const [program, ...words] = line.split(/[\s[\]]+/);
  // that guide's are run in its folder
  const from = where === 'training/README.md' ? ['training/', ''] : [''];
  const at = (path: string) => from.map((folder) => folder + path).find((each) => existsSync(each));
  const named = words[0] ?? '';
  if (program === 'npm') expect(own.scripts).toHaveProperty([words[1] ?? '']);
  if (program === 'npx') expect(own.bin[named] ?? existsSync(`node_modules/.bin/${named}`)).not.toBe(false);
  const files = words.filter(
    (word) => /\/.*\.(?:html|json|mjs|onnx|py|ts)$/.test(word) && OURS.includes(word.split('/')[0] ?? ''),
  );
  expect(files.filter((file) => at(file) === undefined)).toEqual([]);
  const script =
    program === 'npm'
      ? own.scripts[words[1] ?? '']?.replace(/^node /, '')
      : program === 'npx'
        ? own.bin[named]
        : at(named);
  if (script === undefined || !existsSync(script)) {
    // of others, whose options are theirs
    expect(['npm', 'npx']).toContain(program);
    return;
  }
  const options = words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.slice(2));
  // argparse's, or those of parseArgs
  const known = (option: string) =>
    new RegExp(`"--${option}"|\\b${option}['"]?: (?:\\{|text\\b)`).test(read(script));
  expect(options.filter((option) => !known(option))).toEqual([]);
});
