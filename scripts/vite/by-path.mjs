/** Vitest's files in the order of their paths: its own goes by what failed and how long each took before, which is another on each machine. */

/** @implements {import('vitest/node').TestSequencer} */
export class ByPath {
  /** @param {import('vitest/node').TestSpecification[]} files */
  sort(files) {
    return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }

  /** @param {import('vitest/node').TestSpecification[]} files */
  shard(files) {
    return files;
  }
}
