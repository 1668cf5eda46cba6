/** The documentation against what is there: every link leads somewhere, every example is right by the types, every code of an error and every custom state is told of. */

import { existsSync, readFileSync } from 'node:fs';
// pages are relative, and the compiler asks for slashes
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { marked, type Token, type Tokens } from 'marked';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { UNSURE } from '../src/elements/custom-states';
import { ERROR_CODES } from '../src/errors';
import { CONDITIONS, PHASES } from '../src/recogniser';
import { slugs } from './model-card.mjs';
import { PAGES } from './pages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replaceAll('\\', '/');
function tokensOf(page: string): Token[] {
  const found: Token[] = [];
  marked.walkTokens(marked.lexer(readFileSync(join(root, page), 'utf8')), (token) => {
    found.push(token);
  });
  return found;
}

/** Ids of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = tokensOf(page).filter((token): token is Tokens.Heading => token.type === 'heading');
  return new Set(slugs(headings.map(({ text }) => text)));
}

describe('links', () => {
  it.each(PAGES)('of %s lead somewhere', (page) => {
    const lost = tokensOf(page).flatMap((token) => {
      if (token.type !== 'link' && token.type !== 'image') return [];
      const { href } = token as Tokens.Link | Tokens.Image;
      if (/^[a-z]+:/.test(href)) return [];
      const [path = '', anchor] = href.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return [href];
      return anchor === undefined || anchorsOf(target).has(anchor) ? [] : [href];
    });
    expect(lost).toEqual([]);
  });
});

describe('guides', () => {
  const guides = PAGES.filter((page) => page.startsWith('docs/') && !page.endsWith('-api.md'));
  const text = guides.map((page) => readFileSync(join(root, page), 'utf8')).join('\n');
  it.each(ERROR_CODES)('tell of the error %s', (code) => {
    expect(text.includes(`\`${code}\``)).toBe(true);
  });
});

/** `npm run api` makes the reference from `custom-elements.json`, which has them from comments. */
describe('custom states', () => {
  const states = [...PHASES, ...CONDITIONS, UNSURE];
  const read = (page: string) => readFileSync(join(root, 'docs', page), 'utf8');

  it('are those that the reference names', () => {
    const named = [...read('elements-api.md').matchAll(/`:state\(([^)]*)\)`/g)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(states.toSorted());
  });

  it.each(states)('%s is in the element’s guide', (state) => {
    const paragraph = /^Custom states(?:.+\n)+/m.exec(read('element.md'))?.[0];
    expect(paragraph).toContain(`\`${state}\``);
  });
});

/** What an example takes as given. */
const GIVEN = `
import type { Estimate, Recogniser as AnyRecogniser } from 'memo-bert';
import type {} from 'memo-bert/elements';
declare global {
  const file: File;
  const stream: MediaStream;
  const manifestUrl: string;
  const assetBase: string;
  const recogniser: AnyRecogniser;
  const estimate: Estimate;
}`;

/** The scripts of a page: its blocks of JavaScript, and what stands in its blocks of HTML. */
function scriptsOf(page: string): string[] {
  return tokensOf(page).flatMap((token) => {
    if (token.type !== 'code') return [];
    const { text, lang } = token as Tokens.Code;
    if (lang === 'js') return [text];
    if (lang !== 'html') return [];
    return [...text.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, script = '']) => script);
  });
}

describe('examples', () => {
  it('are right by the types', { timeout: 120_000 }, () => {
    const at = (name: string) => join(root, 'src', name);
    const files = new Map([[at('given.ts'), GIVEN]]);
    for (const page of PAGES) {
      for (const [index, script] of scriptsOf(page).entries()) {
        if (script.trim() === '') continue;
        // a page's own build has the same under a name that stays
        const code = script.replaceAll("'./recogniser.js'", "'memo-bert'");
        files.set(at(`${page.replace(/\W/g, '-')}-${index}.ts`), `import './given';\n${code}`);
      }
    }
    expect(files.size).toBeGreaterThan(8);
    const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
    // read as scripts without types are: nothing is null, and names may be left unused
    const loose = { strict: false, noUnusedLocals: false, noUnusedParameters: false, noEmit: true };
    const host = ts.createCompilerHost({ ...options, ...loose });
    const { fileExists, readFile, getSourceFile } = host;
    host.fileExists = (path) => files.has(path) || fileExists(path);
    host.readFile = (path) => files.get(path) ?? readFile(path);
    host.getSourceFile = (path, target, ...rest) => {
      const text = files.get(path);
      return text === undefined
        ? getSourceFile.call(host, path, target, ...rest)
        : ts.createSourceFile(path, text, target);
    };
    const program = ts.createProgram([...files.keys()], { ...options, ...loose }, host);
    const wrong = [...files.keys()].flatMap((path) => {
      const source = program.getSourceFile(path);
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        ({ messageText }) =>
          `${path.slice(root.length)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
    });
    expect(wrong).toEqual([]);
  });
});

it.each(['README.md', 'docs/embed.md'])('%s installs the file that npm pack makes here', (page) => {
  const { name, version, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    scripts: Record<string, string>;
  };
  const text = readFileSync(join(root, page), 'utf8');
  expect(text).toContain('npm ci && npm pack');
  expect(text.match(/memo-bert-[\d.]+\.tgz/g)).toEqual([`${name}-${version}.tgz`]);
  // npm runs it before it packs
  expect(scripts['prepack']).toBe(scripts['package']);
});
