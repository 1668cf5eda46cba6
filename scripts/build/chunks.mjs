/**
 * What both entries need at once goes into one file, what only the elements do into another: as many files as pages share parts of
 * them would each be asked for, and compress worse apart. What is imported late stays apart by itself.
 */

/** Modules that a module brings with it at once, itself included. */
function closure(id, importsOf, found = new Set()) {
  if (found.has(id)) return found;
  found.add(id);
  for (const imported of importsOf(id)) closure(imported, importsOf, found);
  return found;
}

/**
 * @param {{ elements: string, headless: string }} entries absolute paths
 * @param {(id: string) => readonly string[]} importsOf what a module imports at its top
 * @returns {Map<string, 'recogniser' | 'elements'>} the file of each module that `<memo-bert>` needs at once
 */
export function filesOf(entries, importsOf) {
  const headless = closure(entries.headless, importsOf);
  return new Map(
    [...closure(entries.elements, importsOf)].map((id) => [id, headless.has(id) ? 'recogniser' : 'elements']),
  );
}

/**
 * @param {{ elements: string, headless: string }} entries
 * @returns {object} rolldown's `output.codeSplitting`
 */
export function fewFiles(entries) {
  let files = null;
  const fileOf = (id, context) => {
    files ??= filesOf(entries, (each) => context.getModuleInfo(each)?.importedIds ?? []);
    return files.get(id);
  };
  // what the elements import of the recogniser must be taken already
  const group = (file, priority) => ({
    name: (id, context) => (fileOf(id, context) === file ? file : null),
    debugName: file,
    priority,
  });
  return { groups: [group('recogniser', 2), group('elements', 1)] };
}
