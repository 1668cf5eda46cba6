#!/usr/bin/env node
/**
 * Writes `speech.json` into a folder with a speech model as transformers.js reads it, so that the page can load it:
 *
 *   npx memo-bert-speech FOLDER --licence MIT [--name NAME] [--version VERSION] [--languages en,ko]
 *     [--wasm q8] [--webgpu fp32] [--only q8,fp32]
 *
 * Architecture and times are read from the folder. `--only` leaves other precisions' graphs out of the list.
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const NEEDED = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json'];
const KEPT = /^(?:[\w-]+\.json|onnx\/[\w.-]+\.onnx(?:_data(?:_\d+)?)?)$/;
const ARCHITECTURES = ['whisper', 'moonshine'];
const USAGE =
  'Usage: npx memo-bert-speech FOLDER --licence LICENCE [--languages en] [--wasm q8]\n\nFOLDER has a Whisper or Moonshine model as transformers.js reads it.';
/** Endings of transformers.js' files, by precision; no ending is fp32. */
const PRECISION = /_(fp16|int8|uint8|quantized|q4|q4f16|bnb4)\.onnx/;
const ALIASES = { quantized: 'q8' };

/**
 * @param {string} folder
 * @param {{ licence: string, name?: string, version?: string, languages?: string[], dtype?: Record<string, string>, only?: string[] }} options
 * @returns {Promise<object>} what was written to `speech.json`
 * @throws {Error} when a file is missing or the model is of another architecture
 */
export async function describeSpeech(folder, { licence, name, version = '1', languages, dtype = {}, only }) {
  const paths = (await readdir(folder, { recursive: true }))
    .map((path) => path.split(sep).join('/'))
    .filter((path) => KEPT.test(path) && path !== 'speech.json')
    .filter((path) => only === undefined || !path.startsWith('onnx/') || only.includes(precisionOf(path)))
    .toSorted();
  for (const path of NEEDED) {
    if (!paths.includes(path)) throw new Error(`${folder} has no ${path}: copy the whole model there.`);
  }
  if (!paths.some((path) => path.endsWith('.onnx'))) throw new Error(`${folder} has no graph in onnx/.`);
  const config = await readJson(join(folder, 'config.json'));
  const architecture = config.model_type;
  if (!ARCHITECTURES.includes(architecture)) {
    throw new Error(
      `config.json says "${architecture}": only ${ARCHITECTURES.join(' and ')} models can be used.`,
    );
  }
  const generation = await readJson(join(folder, 'generation_config.json')).catch(() => ({}));
  const described = {
    format: 1,
    name: name ?? basename(resolve(folder)),
    version,
    licence,
    architecture,
    languages: languages ?? languagesOf(generation),
    timestamps: await timestampsOf(folder, paths, architecture, generation),
    ...(Object.keys(dtype).length > 0 ? { dtype } : {}),
    files: await Promise.all(paths.map((path) => fileEntry(folder, path))),
  };
  await writeFile(join(folder, 'speech.json'), `${JSON.stringify(described, null, 1)}\n`);
  return described;
}

function precisionOf(path) {
  const ending = PRECISION.exec(path)?.[1] ?? 'fp32';
  return ALIASES[ending] ?? ending;
}

/** English first: MEmoBERT reads it. A model that is not multilingual is English. */
function languagesOf({ lang_to_id: known }) {
  const codes = Object.keys(known ?? {}).map((token) => token.slice(2, -2));
  return codes.length === 0 ? ['en'] : codes.toSorted((a, b) => Number(b === 'en') - Number(a === 'en'));
}

/** Words have times where every decoder gives its cross-attentions, and the heads to read are known. */
async function timestampsOf(folder, paths, architecture, { alignment_heads: heads }) {
  if (architecture !== 'whisper') return 'none';
  if (!Array.isArray(heads) || heads.length === 0) return 'segment';
  for (const path of paths.filter((candidate) => candidate.includes('decoder'))) {
    if (path.endsWith('.onnx') && !(await readFile(join(folder, path))).includes('cross_attentions'))
      return 'segment';
  }
  return 'word';
}

async function fileEntry(folder, path) {
  const data = await readFile(join(folder, path));
  return { path, bytes: data.byteLength, sha256: createHash('sha256').update(data).digest('hex') };
}

async function readJson(path) {
  return JSON.parse(await readFile(path, 'utf8'));
}

async function main() {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ licence: text, name: text, version: text, languages: text },
      ...{ wasm: text, webgpu: text, only: text },
    },
  });
  const [folder] = positionals;
  const { languages, only, wasm, webgpu, licence, ...rest } = values;
  if (positionals.length !== 1 || licence === undefined) throw new Error(USAGE);
  const described = await describeSpeech(folder, {
    ...{ ...rest, licence },
    dtype: { ...(webgpu && { webgpu }), ...(wasm && { wasm }) },
    ...(languages && { languages: languages.split(',') }),
    ...(only && { only: only.split(',') }),
  });
  const bytes = described.files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(
    `${join(folder, 'speech.json')}: ${described.name}, ${described.architecture}, times by ${described.timestamps}, ` +
      `${described.files.length} files, ${(bytes / 1e6).toFixed(1)} MB`,
  );
}

// npx calls it by a link
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main().catch(({ message }) => {
    console.error(message);
    process.exitCode = 1;
  });
