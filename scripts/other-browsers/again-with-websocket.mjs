/** Imported first by what drives a browser: Node 20 has WebSocket behind a flag, later ones without. */

import { spawnSync } from 'node:child_process';

if (globalThis.WebSocket === undefined && !process.execArgv.includes('--experimental-websocket')) {
  const again = ['--experimental-websocket', ...process.argv.slice(1)];
  process.exit(spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1);
}
