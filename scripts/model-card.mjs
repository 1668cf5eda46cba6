/** The bundle's model card as a page: Markdown -> HTML, when the page is built. Only from the project's own file, never from a visitor. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked } from 'marked';

const PLACE = '<!-- the model card -->';

/** `DenseFace (`x.onnx`)` -> `denseface-xonnx`, as GitHub names headings. */
export function slug(text) {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s+/g, '-');
}

/**
 * @param {readonly string[]} headings of one page, in its order
 * @returns {string[]} the id of each: a name that comes again is numbered
 */
export function slugs(headings) {
  const seen = new Map();
  return headings.map((text) => {
    const name = slug(text);
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  });
}

/**
 * @param {string} markdown
 * @param {string} base where the card's own folder is, seen from the page; ends with a slash
 * @returns {string} its tables in boxes that a phone scrolls, its headings with ids, links out of the site as plain text
 */
export function renderCard(markdown, base) {
  const before = [];
  const renderer = {
    heading({ tokens, depth, text }) {
      before.push(text);
      const id = slugs(before).at(-1);
      return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    table(token) {
      const row = (cells, tag) =>
        `<tr>${cells
          .map((cell, column) => {
            const head = tag === 'th' ? ' scope="col"' : '';
            const number = column > 0 && /^[\d−-]/.test(cell.text) ? ' class="number"' : '';
            return `<${tag}${head}${number}>${this.parser.parseInline(cell.tokens)}</${tag}>`;
          })
          .join('')}</tr>`;
      const name = token.header.map(({ text }) => text.replace(/[`"*]/g, '')).join(', ');
      return `<div class="table" role="group" tabindex="0" aria-label="Table: ${name}"><table><thead>${row(
        token.header,
        'th',
      )}</thead><tbody>${token.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>\n`;
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      // what is not in the site cannot be followed from it: where it lies in the repository is said
      if (href.startsWith('../')) {
        const place = href.replace(/^(\.\.\/)+/, '');
        return text.includes(place) ? text : `${text} (<code>${place}</code>)`;
      }
      const address = /^(https?:|#)/.test(href) ? href : `${base}${href}`;
      return `<a href="${address}">${text}</a>`;
    },
  };
  return new Marked({ gfm: true, renderer }).parse(markdown, { async: false });
}

/** Vite's part: puts the card into the page that has a place for it. */
export function modelCard({ root }) {
  const card = join(root, 'public', 'models', 'small', 'README.md');
  return {
    name: 'memo-model-card',
    buildStart() {
      this.addWatchFile(card);
    },
    transformIndexHtml(html) {
      if (!html.includes(PLACE)) return html;
      return html.replace(PLACE, () => renderCard(readFileSync(card, 'utf8'), './models/small/'));
    },
  };
}
