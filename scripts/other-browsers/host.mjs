/** The build on a plain host that sends none of our headers, in a process of its own: it can be ended for good. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../setup.mjs';

/** @returns {Promise<{ url: string, stop(): Promise<void> }>} `url` ends with a slash */
export async function startHost() {
  const script = join(root, 'tests', 'support', 'plain-host.mjs');
  const host = spawn(process.execPath, [script, join(root, 'dist')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(host, 'exit');
  // not left behind by a check that was given up
  process.once('exit', () => host.kill('SIGKILL'));
  const [port] = await once(host.stdout, 'data');
  return {
    url: `http://localhost:${String(port).trim()}/`,
    stop: async () => {
      host.kill('SIGKILL');
      await gone;
    },
  };
}
