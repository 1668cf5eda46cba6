/** The pages of the documentation, as tests go through them. */

import { readdirSync } from 'node:fs';
// pages are relative to the root
import { join } from 'node:path/posix';
import { root } from './setup.mjs';

const pagesIn = (folder, recursive = false) =>
  readdirSync(`${root}/${folder}`, { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name.replaceAll('\\', '/')));

/** Not what git ignores, and not the card's template. */
export const PAGES = [
  ...[
    '.',
    'docs',
    'public/models/small',
    'bench',
    'bench/results',
    'training',
    'training/browser_path',
  ].flatMap((folder) => pagesIn(folder)),
  ...pagesIn('training/results', true),
];
