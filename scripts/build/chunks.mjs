/**
 * Few files: as many as pages and workers share parts of would each be asked for, and compress worse apart. What both entries of the
 * page need at once goes into one file, what only the elements do into another, what the engine's worker needs of the page's side
 * into a third. What is imported late stays apart by itself, but for what a start, or its first answer, brings and others need, too: that
 * is one file each.
 */

import { idsOf } from './paths.mjs';

/** Modules that a module brings with it at once, itself included. */
function closure(id, importsOf, found = new Set()) {
  if (found.has(id)) return found;
  found.add(id);
  for (const imported of importsOf(id)) closure(imported, importsOf, found);
  return found;
}

/**
 * @typedef {object} Entries absolute paths
 * @property {string} elements
 * @property {string} headless
 * @property {string} worker the engine's
 * @property {string} start what a start brings late
 * @property {string} time what its first answer brings
 * @property {readonly string[]} beside what needs parts of the worker, and not the worker
 * @typedef {(id: string) => readonly string[]} ImportsOf
 */

/** Other people's code in the worker changes less often than ours. */
const OTHERS = /\/node_modules\/[^?]+$/;

/**
 * @param {Entries} entries
 * @param {ImportsOf} importsOf what a module imports at its top
 * @param {ImportsOf} lateOf what it imports late
 * @returns {Map<string, 'shared' | 'recogniser' | 'elements' | 'files' | 'vendor' | 'engine' | 'start' | 'marks' | 'time'>} the file of each module that
 *   `<memo-bert>` or its worker needs at once, or a start or its first answer and somebody else. `shared` needs none of the others; page and worker need
 *   none of each other's.
 */
export function filesOf(entries, importsOf, lateOf) {
  const atOnce = (id) => closure(id, importsOf);
  const [headless, elements, worker] = [entries.headless, entries.elements, entries.worker].map(atOnce);
  const everImports = (id) => [...importsOf(id), ...lateOf(id)];
  const page = new Set([entries.headless, entries.elements].flatMap((id) => [...closure(id, everImports)]));
  const beside = new Set(entries.beside.flatMap((id) => [...atOnce(id)]));
  const files = new Map();
  for (const id of elements) files.set(id, headless.has(id) ? 'recogniser' : 'elements');
  for (const id of worker) {
    if (id === entries.worker) continue;
    const own = beside.has(id) ? 'files' : OTHERS.test(id) ? 'vendor' : 'engine';
    files.set(id, page.has(id) ? 'shared' : own);
  }
  for (const file of ['start', 'time']) {
    const brought = atOnce(entries[file]);
    const shared = [...page]
      .filter((id) => !brought.has(id))
      .flatMap(importsOf)
      .filter((id) => brought.has(id));
    // the headless entry brings nothing that shows something
    const own = (id) => (file === 'time' && headless.has(id) ? 'marks' : file);
    for (const id of shared.flatMap((each) => [...atOnce(each)])) if (!files.has(id)) files.set(id, own(id));
  }
  return files;
}

/** The entries by their ids, where a build has them. */
function modulesOf(entries, context) {
  const isKnown = (id) => (context.getModuleInfo(id) ?? null) !== null;
  const idOf = (path) => idsOf(path).find(isKnown) ?? path;
  // no build is without it: that it is not found would put every module into a file of its own
  if (!isKnown(idOf(entries.elements))) throw new Error(`${entries.elements} is no module of the build`);
  return Object.fromEntries(
    Object.entries(entries).map(([name, of]) => [name, typeof of === 'string' ? idOf(of) : of.map(idOf)]),
  );
}

/**
 * @param {Entries} entries
 * @returns {object} rolldown's `output.codeSplitting`
 */
export function fewFiles(entries) {
  let files = null;
  const fileOf = (id, context) => {
    files ??= filesOf(
      modulesOf(entries, context),
      (each) => context.getModuleInfo(each)?.importedIds ?? [],
      (each) => context.getModuleInfo(each)?.dynamicallyImportedIds ?? [],
    );
    return files.get(id);
  };
  // a group takes along what its modules import: what others need of that must be taken already
  const group = (file, priority) => ({
    name: (id, context) => (fileOf(id, context) === file ? file : null),
    debugName: file,
    priority,
  });
  return {
    groups: ['shared', 'recogniser', 'elements', 'files', 'vendor', 'engine', 'start', 'marks', 'time'].map(
      (file, at) => group(file, 9 - at),
    ),
  };
}
