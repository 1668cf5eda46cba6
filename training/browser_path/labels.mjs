/** Reads `labels.csv` and scores answers. */
import { readFile } from 'node:fs/promises';

/**
 * @param {string} path CSV with a header; a cell with commas stands in double quotes
 * @param {string[]} wanted columns that there must be
 * @returns {Promise<Record<string, string>[]>} a row as its columns
 * @throws Error that names the columns where one is missing
 */
export async function readTable(path, wanted) {
  const lines = (await readFile(path, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '');
  const cellsOf = (line) =>
    [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => (quoted ?? plain).trim());
  const header = cellsOf(lines.shift() ?? '');
  if (!wanted.every((name) => header.includes(name))) {
    throw new Error(`${path} has no header with ${wanted.map((name) => `"${name}"`).join(' and ')}.`);
  }
  return lines.map((line) => {
    const cells = cellsOf(line);
    return Object.fromEntries(header.map((name, index) => [name, cells[index] ?? '']));
  });
}

/**
 * @param {string} path CSV with a header that has `file` and `label`
 * @returns {Promise<Record<string, string>[]>} a row as its columns
 */
export function readLabels(path) {
  return readTable(path, ['file', 'label']);
}

/**
 * @param {(string | null)[]} truth
 * @param {(string | null)[]} answers null: no face was found, which counts as wrong
 * @returns accuracy, UAR (mean recall of the classes that occur), count and recall of each; 0..1
 */
export function score(truth, answers) {
  const classes = {};
  truth.forEach((label, index) => {
    const entry = (classes[label] ??= { count: 0, right: 0 });
    entry.count += 1;
    if (answers[index] === label) entry.right += 1;
  });
  const entries = Object.values(classes);
  const right = entries.reduce((sum, entry) => sum + entry.right, 0);
  return {
    count: truth.length,
    accuracy: right / truth.length,
    uar: entries.reduce((sum, entry) => sum + entry.right / entry.count, 0) / entries.length,
    recall: Object.fromEntries(
      Object.entries(classes).map(([label, entry]) => [
        label,
        { count: entry.count, recall: entry.right / entry.count },
      ]),
    ),
  };
}

/** Name of the most probable class; null without probabilities. */
export function top(classes, probabilities) {
  if (!probabilities) return null;
  return classes[probabilities.indexOf(Math.max(...probabilities))] ?? null;
}

/** Linear between neighbours; `part` 0.5 is the median. */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}
