import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { licencesText, SHIPPED, thirdPartyMarkdown, unnamedPackages } from './third-party.mjs';

const root = resolve('.');
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
};

describe('THIRD_PARTY.md', () => {
  it('is up to date', async () => {
    expect(readFileSync('THIRD_PARTY.md', 'utf8')).toBe(await thirdPartyMarkdown(root));
  });

  it.each(Object.keys(dependencies))('names %s, which package.json ships', (name) => {
    expect(SHIPPED.map((shipped) => shipped.name)).toContain(name);
  });
});

describe('LICENCES.txt', () => {
  it('names every package with its copyright, and has each licence in full', async () => {
    const text = await licencesText(root);
    for (const { name, holder } of SHIPPED) {
      expect(text).toContain(`${name} `);
      expect(text).toContain(holder);
    }
    for (const words of [
      'Permission is hereby granted, free of charge',
      'TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION',
      'Neither the name of the copyright holder nor the names',
      'Mozilla Public License',
    ])
      expect(text).toContain(words);
  });
});

describe('unnamedPackages', () => {
  it('finds what no licence was looked up for, scoped or nested, and lets our own and virtual modules be', () => {
    const ids = [
      '/p/src/index.ts',
      '\0/p/node_modules/virtual/x.js',
      '/p/node_modules/lit/index.js',
      '/p/node_modules/left-pad/index.js',
      '/p/node_modules/@some/one/index.js',
      '/p/node_modules/mediabunny/node_modules/nested/index.js?worker',
      'C:\\p\\node_modules\\lit-html\\x.js',
    ];
    expect(unnamedPackages(ids)).toEqual(['@some/one', 'left-pad', 'nested']);
  });
});
