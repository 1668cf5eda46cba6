/**
 * The package as somebody else gets it: packs the tarball, installs it into an empty project outside of this one, copies its assets,
 * describes a speech model, type-checks and builds a page there, with Vite and with webpack. What is built lands in `test-results/package/`, where `tests/package.e2e.ts` opens it.
 */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { lostLinks } from './package-links.mjs';
import { root } from './setup.mjs';

/** What only its makers need. */
const FOREIGN =
  /(?:^|\/)(?:src|tests|training|scripts|bench|testing|test-results|node_modules)\/|\.test\.|\.e2e\.|tsconfig|\.map$/;
/** Beside `docs/`, whose pages are written one by one: code that falls into many pieces is what grows unseen. */
const MOST_FILES = 320;
/** As docs/embed.md names it; this project has a newer one. */
const LEAST_TYPESCRIPT = '5.7.3';
/** What the project's owner builds with, beside what this one has installed. */
const TOOLS = ['webpack@5.113.0', `typescript@${LEAST_TYPESCRIPT}`, '@types/react@19.3.0'];
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
const bin = (...path) => join(root, 'node_modules', ...path);

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

function pack(into) {
  run(process.execPath, [join(root, 'scripts', 'build-package.mjs')], root);
  const told = run(...npm(['pack', '--ignore-scripts', '--json', '--pack-destination', into]), root);
  const parsed = JSON.parse(told);
  const [{ filename, files, size, unpackedSize }] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  const paths = files.map(({ path }) => path);
  const foreign = paths.filter((path) => FOREIGN.test(path));
  if (foreign.length > 0)
    throw new Error(`The package holds what is not for its users: ${foreign.join(', ')}`);
  const counted = paths.filter((path) => !path.startsWith('docs/')).length;
  if (counted > MOST_FILES)
    throw new Error(`The package holds ${counted} files beside docs/, more than ${MOST_FILES}.`);
  const pages = paths.filter((path) => path.endsWith('.md'));
  const lost = lostLinks(new Map(pages.map((path) => [path, readFileSync(join(root, path), 'utf8')])), paths);
  if (lost.length > 0) throw new Error(`Links to what the package does not hold: ${lost.join(', ')}`);
  console.log(
    `${filename}: ${paths.length} files, ${(size / 1e6).toFixed(1)} MB, unpacked ${(unpackedSize / 1e6).toFixed(1)} MB`,
  );
  const said = /([\d.]+) MB packed, ([\d.]+) MB unpacked/.exec(
    readFileSync(join(root, 'docs', 'embed.md'), 'utf8'),
  );
  for (const [index, bytes] of [size, unpackedSize].entries())
    if (Math.abs(bytes / 1e6 - Number(said?.[index + 1])) > 1)
      throw new Error(`docs/embed.md says ${said?.[0]}: it is ${(bytes / 1e6).toFixed(1)} MB.`);
  return join(into, filename);
}

function install(project, tarball) {
  cpSync(join(root, 'tests', 'package'), project, { recursive: true });
  run(...npm([...INSTALL, tarball]), project);
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  console.log(`installed: ${installed.join(', ')}`);
  for (const unwanted of ['onnxruntime-web', '@mediapipe', 'mediabunny', '@huggingface'])
    if (installed.includes(unwanted)) throw new Error(`${unwanted} is bundled, and need not be installed.`);
  run(...npm([...INSTALL, '--no-save', ...TOOLS]), project);
}

/** The command of the package, once as a user of a bundler and once as one without; and what it says when it is called wrongly. */
function copyAssets(project) {
  const command = join(project, 'node_modules', 'memo-bert', 'bin', 'memo-bert-assets.mjs');
  run(process.execPath, [command, 'public'], project);
  run(process.execPath, [command, 'public/plain', '--script'], project);
  for (const path of [
    'models/small/memobert.onnx',
    'generated/silero_vad.onnx',
    'plain/memo-bert.js',
    'plain/recogniser.js',
    'plain/worker.js',
  ])
    if (!existsSync(join(project, 'public', path))) throw new Error(`memo-bert-assets copied no ${path}`);
  const needless = readdirSync(join(project, 'public', 'plain')).filter((name) =>
    /^types$|\.json$|^(?:index|elements|nothing)\.js$/.test(name),
  );
  if (needless.length > 0)
    throw new Error(`memo-bert-assets copied ${needless.join(', ')}, which no page fetches.`);
  for (const wrong of [[], ['index.html'], ['public', '--all']]) {
    const { status, stderr } = spawnSync(process.execPath, [command, ...wrong], {
      cwd: project,
      encoding: 'utf8',
    });
    if (status !== 1 || !/Usage|name a folder/.test(stderr))
      throw new Error(`memo-bert-assets ${wrong.join(' ')} was not refused.`);
  }
  const page = `<!doctype html><html lang="en"><title>Plain</title><script type="module" src="./memo-bert.js"></script>
<memo-bert device="wasm"></memo-bert></html>\n`;
  writeFileSync(join(project, 'public', 'plain', 'index.html'), page);
}

/** As `npx` calls it: on the tests' own model it says what its maker did. */
function describeSpeech(project) {
  const [model, folder] = [join(root, 'tests', 'fixtures', 'speech'), join(project, 'speech')];
  cpSync(model, folder, { recursive: true });
  rmSync(join(folder, 'speech.json'));
  const command = ['exec', '--', 'memo-bert-speech', 'speech'];
  run(...npm([...command, '--licence', 'Apache-2.0', '--name', 'toy-whisper']), project);
  const [made, meant] = [folder, model].map((each) => readFileSync(join(each, 'speech.json'), 'utf8'));
  if (made !== meant) throw new Error(`memo-bert-speech wrote:\n${made}`);
  const { status, stderr } = spawnSync(...npm(command), { cwd: project, encoding: 'utf8' });
  if (status !== 1 || !stderr.includes('Usage'))
    throw new Error('memo-bert-speech without a licence was not refused.');
}

/** With our TypeScript and with the least that will do; of a page, of a worker and of a template. */
function checkTypes(project) {
  const tsc = (modules) => join(modules, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const compiler of [tsc(root), tsc(project)])
    for (const config of ['tsconfig.json', 'tsconfig.worker.json', 'tsconfig.react.json'])
      run(process.execPath, [compiler, '-p', config], project);
}

const folder = mkdtempSync(join(tmpdir(), 'memo-bert-package-'));
const out = join(root, 'test-results', 'package');
try {
  const project = join(folder, 'project');
  mkdirSync(project);
  install(project, pack(folder));
  console.log(run(process.execPath, ['node.mjs'], project).trim());
  copyAssets(project);
  describeSpeech(project);
  checkTypes(project);
  writeFileSync(
    join(project, 'vite.config.js'),
    `export default { base: './', build: { target: 'es2023', rollupOptions: { input: ['index.html', 'headless.html'] } } };\n`,
  );
  run(process.execPath, [bin('vite', 'bin', 'vite.js'), 'build', '--outDir', out, '--emptyOutDir'], project);
  run(process.execPath, ['webpack.mjs', join(out, 'webpack')], project);
  console.log(`built into ${out}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
