/** What a CSS variable of the elements is where no page sets it: the fallback of the `var()` that reads it. */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Up to the bracket that closes what is open at `start`. */
function enclosed(text, start) {
  let open = 1;
  let end = start;
  for (; open > 0; end += 1) open += { '(': 1, ')': -1 }[text[end]] ?? 0;
  return text.slice(start, end - 1);
}

/**
 * The first place in the order of files and lines is the one outside of queries of width.
 * @param {string} folder of the elements' sources
 * @returns {Map<string, string>} by the variable's name
 */
export function cssPresets(folder) {
  const found = new Map();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    for (const { 0: read, 1: name, index } of text.matchAll(/var\(\s*(--memo-[a-z-]+),/g)) {
      const preset = enclosed(text, index + read.length)
        .replace(/\s+/g, ' ')
        .trim();
      if (!found.has(name)) found.set(name, preset);
    }
  }
  return found;
}
