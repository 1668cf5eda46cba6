/** Shows under each example the code that runs it, taken from the page itself and from the files it uses. */

import { followLanguage } from '../src/app/language';
import '../src/elements';
import captions from './gallery/captions.js?raw';
import compact from './gallery/compact.css?raw';
import themes from './gallery/themes.css?raw';

/** What a copy button says when it was pressed, by the page's language then. */
const TOLD: Readonly<Record<string, { readonly copied: string; readonly refused: string }>> = {
  en: { copied: 'Copied.', refused: 'Not allowed here: mark the text and copy it.' },
  ko: { copied: '복사했습니다.', refused: '여기서는 복사할 수 없습니다. 글을 선택해서 복사하십시오.' },
};

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

/** Serialised, a tag stands on one line and a switch has a value; as written, a long one has a line for each attribute. */
function broken(html: string): string {
  return html
    .replaceAll('=""', '')
    .split('\n')
    .map((line) => {
      const [, indent = '', tag, rest = '', end = ''] =
        /^(\s*)(<[\w-]+)((?: [\w-]+(?:="[^"]*")?)+)(>.*)$/.exec(line) ?? [];
      if (tag === undefined || line.length <= MOST_COLUMNS) return line;
      const attributes = rest.match(/[\w-]+(?:="[^"]*")?/g) ?? [];
      return [`${indent}${tag}`, ...attributes.map((one) => `${indent}  ${one}`), `${indent}${end}`].join(
        '\n',
      );
    })
    .join('\n');
}

function codeBlock(name: string, code: string, number: number): HTMLElement {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  const title = Object.assign(document.createElement('span'), { id: `name-${number}`, textContent: name });
  const copy = Object.assign(document.createElement('button'), {
    ...{ id: `copy-${number}`, type: 'button', textContent: 'Copy' },
  });
  const told = Object.assign(document.createElement('span'), { role: 'status' });
  copy.dataset['text'] = 'copy';
  // in either language: the word on it, then of what
  copy.setAttribute('aria-labelledby', `copy-${number} name-${number}`);
  copy.addEventListener('click', () => {
    const words = TOLD[document.documentElement.lang];
    navigator.clipboard.writeText(code).then(
      () => (told.textContent = words?.copied ?? ''),
      () => (told.textContent = words?.refused ?? ''),
    );
  });
  caption.append(title, copy, told);
  const pre = Object.assign(document.createElement('pre'), { tabIndex: 0 });
  pre.append(Object.assign(document.createElement('code'), { textContent: code }));
  figure.append(caption, pre);
  return figure;
}

let blocks = 0;
for (const example of document.querySelectorAll<HTMLElement>('[data-example]')) {
  const files = (example.dataset['files'] ?? '').split(' ').filter((name) => name !== '');
  const shown = [
    ['HTML', broken(outdented(example.innerHTML))],
    ...files.map((name) => [name, FILES[name]?.trimEnd() ?? '']),
  ] as [string, string][];
  example.after(...shown.map(([name, code]) => codeBlock(name, code, (blocks += 1))));
}
followLanguage(document, window, async () => (await import('./strings/gallery-ko')).ko);
