/** The headless entry's reference as Markdown, by TypeDoc. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { slugs } from '../model-card.mjs';

const HEAD = `# The headless API: reference

Made by \`npm run api\` from the code's own comments; \`npm test\` fails when it is out of date. How it is used: [element.md](element.md#headless).
`;

/**
 * TypeDoc counts headings that are left out here, and leads into tables, where a heading has no id: such a link leads to the heading of
 * its name, or is its text alone.
 */
export function mendLinks(text) {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  const ids = new Set(slugs(headings));
  return text.replace(/\[([^\]]+)\]\(#([^)]+)\)/g, (link, said, id) => {
    if (ids.has(id)) return link;
    const plain = id.replace(/-\d+$/, '');
    return ids.has(plain) ? `[${said}](#${plain})` : said;
  });
}

/** @param {string} root the project */
export async function headlessReference(root) {
  const out = mkdtempSync(join(tmpdir(), 'memo-api-'));
  try {
    const tables = Object.fromEntries(
      [
        'parametersFormat',
        'interfacePropertiesFormat',
        'classPropertiesFormat',
        'typeAliasPropertiesFormat',
        'propertyMembersFormat',
      ].map((name) => [name, 'table']),
    );
    const app = await Application.bootstrapWithPlugins({
      ...{ entryPoints: [join(root, 'src', 'index.ts')], tsconfig: join(root, 'tsconfig.json') },
      ...{
        plugin: ['typedoc-plugin-markdown'],
        outputFileStrategy: 'modules',
        entryFileName: 'headless',
        out,
        readme: 'none',
      },
      ...{
        hidePageHeader: true,
        hidePageTitle: true,
        hideBreadcrumbs: true,
        disableSources: true,
        sort: ['source-order'],
      },
      ...{
        excludePrivate: true,
        excludeProtected: true,
        excludeInternal: true,
        excludeExternals: true,
        ...tables,
      },
      // what is not exported is named by its name alone
      ...{ validation: { notExported: false, invalidLink: false }, logLevel: 'Warn' },
    });
    const project = await app.convert();
    if (project === undefined) throw new Error('TypeDoc could not read src/index.ts');
    await app.generateOutputs(project);
    const [file] = readdirSync(out).filter((name) => name.endsWith('.md'));
    const text = readFileSync(join(out, file), 'utf8');
    const kept = text
      .replace(/^###### (Overrides|Implementation of|Inherited from|Returns)\n\n.*\n\n/gm, '')
      .replaceAll(/<a id="[^"]*"><\/a> /g, '');
    return `${HEAD}\n${mendLinks(kept)}`;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
