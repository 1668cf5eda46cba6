import { expect, it } from 'vitest';
import { asking, readLines, readStatus, residentBytes } from './resident.mjs';

it('is read of /proc, whatever the size of a page', () => {
  expect(readStatus('Name:\tchromium\nVmHWM:\t  200 kB\nVmRSS:\t  123 kB\n')).toBe(123 * 1024);
  expect(readStatus('Name:\tchromium\nState:\tZ (zombie)\n')).toBe(0);
});

it('is read of what macOS and Windows print', () => {
  expect(readLines('  1024\n    20\n', 1024)).toEqual([1_048_576, 20_480]);
  expect(readLines('73728000\r\n1234\r\n', 1)).toEqual([73_728_000, 1234]);
  expect(readLines('', 1)).toEqual([]);
});

it('is asked of ps on macOS, and of PowerShell on Windows, of all at once', () => {
  expect(asking([7, 12], 'darwin')).toEqual(['ps', ['-o', 'rss=', '-p', '7,12'], 1024]);
  const [command, args, unit] = asking([7, 12], 'win32');
  expect([command, unit]).toEqual(['powershell.exe', 1]);
  expect(args.at(-1)).toContain('Get-Process -Id 7,12 ');
});

it('of this process is something', () => {
  const [bytes = 0] = residentBytes([process.pid]);
  expect(bytes).toBeGreaterThan(10_000_000);
});
