/** `npm start`: sets up what is missing, then opens the page in the default browser. */

import { join } from 'node:path';
import { installPackages, root, sh } from './setup.mjs';

installPackages();
const open = process.env['CI'] || !process.stdout.isTTY ? [] : ['--open'];
sh(process.execPath, [
  join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
  ...open,
  ...process.argv.slice(2),
]);
