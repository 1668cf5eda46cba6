/**
 * Lit's templates and styles without the whitespace and comments that make their sources readable: a minifier of scripts leaves
 * what stands in a literal alone. Runs of whitespace become one space, never none, where a page could show them.
 */
import { parseAst } from 'vite';
import { inSourcesOf } from './paths.mjs';

const BLANK = String.raw`(?:\s|/\*[^]*?\*/)`;
/** A string; or what needs no space around it, the last semicolon of a block among it; or what needs none behind it; or before; or one space. */
const CSS = new RegExp(
  String.raw`("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|${BLANK}*(?:;${BLANK}*)*(})${BLANK}*|${BLANK}*([{;,>])${BLANK}*|([:(])${BLANK}+|${BLANK}+(\))|${BLANK}+`,
  'g',
);
const HTML = /<!--[^]*?-->|\s+/g;

/** Styles: strings stay as they are; a space stands where a selector or a sum needs it. */
export function shortCss(text) {
  return text.replace(
    CSS,
    (_found, ...[string, end, mark, before, behind]) => string ?? end ?? mark ?? before ?? behind ?? ' ',
  );
}

/** Markup: comments go, and each run of whitespace is one space. */
export function shortHtml(text) {
  return text.replace(HTML, (found) => (found.startsWith('<!--') ? '' : ' '));
}

const TAGS = { css: shortCss, html: shortHtml, svg: shortHtml };

/** Every quasi of a literal tagged `css`, `html` or `svg`: where it stands and what tags it. */
function* quasis(node) {
  if (typeof node !== 'object' || node === null) return;
  if (node.type === 'TaggedTemplateExpression' && Object.hasOwn(TAGS, node.tag.name ?? '')) {
    for (const { start, end } of node.quasi.quasis) yield { start, end, tag: node.tag.name };
  }
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) for (const item of value) yield* quasis(item);
    else yield* quasis(value);
  }
}

/**
 * @param {string} code a script, without types
 * @returns {string} the same with short literals
 */
export function shortLiterals(code) {
  let short = '';
  let from = 0;
  const found = [...quasis(parseAst(code))].toSorted((a, b) => a.start - b.start);
  for (const { start, end, tag } of found) {
    short += code.slice(from, start) + TAGS[tag](code.slice(start, end));
    from = end;
  }
  return short + code.slice(from);
}

/** @returns {import('vite').Plugin} for sources that tag literals */
export function literals() {
  let isOwn = () => false;
  return {
    name: 'memo-literals',
    apply: 'build',
    configResolved({ root }) {
      isOwn = inSourcesOf(root);
    },
    transform: (code, id) =>
      id.endsWith('.ts') && isOwn(id) && /\b(?:html|css|svg)`/.test(code)
        ? { code: shortLiterals(code), map: null }
        : null,
  };
}
