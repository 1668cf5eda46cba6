/** Links of the package's own pages, by what is in the package: whoever reads them in `node_modules` has nothing else. */

import { posix } from 'node:path';
import { marked } from 'marked';

/** Of no use without the sources that they build from; README says that they are not in the package. */
export const REPOSITORY_ALONE = ['bench', 'examples', 'training'];

/**
 * @param {ReadonlyMap<string, string>} pages path in the package → Markdown
 * @param {readonly string[]} shipped all paths in the package
 * @returns {string[]} `page → target`, where the target is neither shipped nor in a folder that is the repository's alone
 */
export function lostLinks(pages, shipped) {
  const there = new Set(shipped);
  const lost = [];
  for (const [page, text] of pages)
    marked.walkTokens(marked.lexer(text), ({ type, href }) => {
      if ((type !== 'link' && type !== 'image') || /^(?:[a-z]+:|#)/.test(href)) return;
      const target = posix.join(posix.dirname(page), href.split('#')[0]);
      if (!there.has(target) && !REPOSITORY_ALONE.includes(target.split('/')[0]))
        lost.push(`${page} → ${href}`);
    });
  return lost;
}
