/** Shows under each example the code that runs it, taken from the page itself and from the files it uses. */

import '../src/elements';
import captions from './gallery/captions.js?raw';
import compact from './gallery/compact.css?raw';
import themes from './gallery/themes.css?raw';

const FILES: Readonly<Record<string, string>> = {
  'captions.js': captions,
  'compact.css': compact,
  'themes.css': themes,
};

/** Code wider than this is not read but scrolled. */
const MOST_COLUMNS = 76;

/** Without the page's own indentation. */
function outdented(html: string): string {
  const lines = html.replace(/^\n+|\s+$/g, '').split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** Serialised, a tag stands on one line; as written, a long one has a line for each attribute. */
function broken(html: string): string {
  return html
    .split('\n')
    .map((line) => {
      const [, indent = '', tag, rest = '', end = ''] =
        /^(\s*)(<[\w-]+)((?: [\w-]+="[^"]*")+)(>.*)$/.exec(line) ?? [];
      if (tag === undefined || line.length <= MOST_COLUMNS) return line;
      const attributes = rest.match(/ [\w-]+="[^"]*"/g) ?? [];
      const written = attributes.map((attribute) => attribute.trim().replace(/=""$/, ''));
      return [`${indent}${tag}`, ...written.map((one) => `${indent}  ${one}`), `${indent}${end}`].join('\n');
    })
    .join('\n');
}

function codeBlock(name: string, code: string): HTMLElement {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  const copy = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Copy' });
  const told = Object.assign(document.createElement('span'), { role: 'status' });
  copy.setAttribute('aria-label', `Copy ${name}`);
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(code).then(
      () => (told.textContent = 'Copied.'),
      () => (told.textContent = 'Not allowed here: mark the text and copy it.'),
    );
  });
  caption.append(Object.assign(document.createElement('span'), { textContent: name }), copy, told);
  const pre = Object.assign(document.createElement('pre'), { tabIndex: 0 });
  pre.append(Object.assign(document.createElement('code'), { textContent: code }));
  figure.append(caption, pre);
  return figure;
}

for (const example of document.querySelectorAll<HTMLElement>('[data-example]')) {
  const files = (example.dataset['files'] ?? '').split(' ').filter((name) => name !== '');
  const blocks = [
    codeBlock('HTML', broken(outdented(example.innerHTML))),
    ...files.map((name) => codeBlock(name, FILES[name]?.trimEnd() ?? '')),
  ];
  example.after(...blocks);
}
