/**
 * Something to play on. A browser (Firefox) runs no AudioContext, not even to read a microphone or a stream, where the machine has no sound device:
 * a PulseAudio of our own whose loudspeaker is nothing stands in for one. Nobody's sound settings are touched.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a sound server that nobody started needs, and no more. */
const ARGS = ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--log-level=error'];
const STARTED_MS = 10_000;
const LOOK_MS = 50;

/**
 * @returns {Promise<{ env: Record<string, string>, close(): Promise<void> }>} what the browser's environment needs; nothing where there is
 * no `pulseaudio`, where a server is named already (`PULSE_SERVER`), or none is wanted (`BROWSER_SOUND=none`)
 */
export async function startSound() {
  const { PULSE_SERVER, BROWSER_SOUND } = process.env;
  if (BROWSER_SOUND === 'none')
    return { env: { PULSE_SERVER: 'unix:/nowhere' }, close: async () => undefined };
  if (PULSE_SERVER !== undefined) return { env: {}, close: async () => undefined };
  const home = mkdtempSync(join(tmpdir(), 'memo-sound-'));
  const socket = join(home, 'native');
  const modules = ['module-null-sink', `module-native-protocol-unix socket=${socket} auth-anonymous=1`];
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home };
  const server = spawn('pulseaudio', [...ARGS, ...modules.map((each) => `--load=${each}`)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  let running = true;
  const gone = new Promise((resolve) => {
    for (const event of ['error', 'exit']) {
      server.once(event, () => {
        running = false;
        resolve(undefined);
      });
    }
  });
  const close = async () => {
    server.kill();
    await gone;
    rmSync(home, { recursive: true, force: true });
  };
  // it says nothing when it is ready
  for (let waited = 0; running && !existsSync(socket) && waited < STARTED_MS; waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  if (existsSync(socket)) return { env: { PULSE_SERVER: `unix:${socket}` }, close };
  await close();
  return { env: {}, close: async () => undefined };
}
