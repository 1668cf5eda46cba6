/** `npm start`, the first command of the README: the page as its server gives it from the sources, with nothing built. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from './support/browser';
import { expectPhase, expectWhole, nextEstimate, openPage, press } from './support/element';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The address that the command says; what it says later is read too, or it would end. */
function addressSaid({ stdout }: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = /http:\/\/localhost:\d+\//.exec(said)?.[0];
      if (address !== undefined) resolve(address);
    });
    stdout!.on('end', () => reject(new Error(`npm start ended, and told no address:\n${said}`)));
  });
}

/** With all that it began: a group of its own, but on Windows, which has none. */
function end({ pid }: ChildProcess): void {
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
  else process.kill(-pid!, 'SIGKILL');
}

test('serves a page on which the actor is seen, heard and read', async ({ open }) => {
  // as npm calls it
  const command = spawn(process.execPath, ['scripts/start.mjs', '--port', '4899'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CI: '1', NO_COLOR: '1', FORCE_COLOR: '0' },
    detached: process.platform !== 'win32',
  });
  const ended = once(command, 'exit');
  try {
    const page = await open({ baseURL: await addressSaid(command), provokes: 'ws://localhost:' });
    await openPage(page);
    await press(page, /without a camera/i);
    await expectPhase(page, 'listening');
    expectWhole(await nextEstimate(page, 'face'));
    await nextEstimate(page, 'voice');
    expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  } finally {
    end(command);
    await ended;
  }
});
