/** How many bytes a file is, as it lies there and as a server may send it. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Brotli at its best takes a minute for the largest; hosts that compress on the way do not take it either. */
const BROTLI = { best: 11, large: 6, largeBytes: 2_000_000 };

export const gzipBytes = (data) => gzipSync(data, { level: 9 }).length;

function brotliBytes(data) {
  const quality = data.length > BROTLI.largeBytes ? BROTLI.large : BROTLI.best;
  return brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length;
}

/**
 * Sizes by what a file holds: 100 MB take half a minute to compress, and most of them never change.
 * @param {string} path where the sizes are kept between runs
 */
export function measurer(path) {
  const known = read(path);
  return {
    /** @returns {{ raw: number, gzip: number, brotli: number }} */
    measure(file) {
      const data = readFileSync(file);
      const key = createHash('sha256').update(data).digest('hex');
      known[key] ??= { raw: data.length, gzip: gzipBytes(data), brotli: brotliBytes(data) };
      return known[key];
    },
    keep() {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify(known));
    },
  };
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/** `assets/elements-B2Hzg2Tg.js` by a name that stays when what is in it changes. */
export function lastingName(file) {
  return file.replace(/-[\w-]{8}(\.\w+)$/, '-*$1');
}
