import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { npm } from './npm.mjs';

const windows = {
  platform: 'win32' as const,
  execPath: 'C:\\Program Files\\nodejs\\node.exe',
  env: { npm_execpath: 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js' },
};
const everywhere = () => true;

it('is the script of the npm that runs us, begun by Node', () => {
  const { execPath, env } = windows;
  expect(npm(['ci'], windows, everywhere)).toEqual([execPath, [env.npm_execpath, 'ci']]);
});

it.each([undefined, 'C:\\yarn\\bin\\yarn.js', 'C:\\pnpm\\bin\\pnpm.cjs'])(
  'on Windows it is the one beside Node where %s runs us',
  (npm_execpath) => {
    expect(npm(['ci'], { ...windows, env: { npm_execpath } }, everywhere)).toEqual([
      windows.execPath,
      [windows.env.npm_execpath, 'ci'],
    ]);
  },
);

it('elsewhere it is the one on PATH', () => {
  const mac = { platform: 'darwin' as const, execPath: '/opt/homebrew/bin/node', env: {} };
  expect(npm(['ci'], mac, everywhere)).toEqual(['npm', ['ci']]);
});

it('says what to do where there is none', () => {
  expect(() => npm(['ci'], windows, () => false)).toThrow('run this by npm itself');
});

it('can be run', () => {
  const { stdout } = spawnSync(...npm(['--version']), { encoding: 'utf8' });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
});
