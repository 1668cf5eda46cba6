/** Resident memory of processes, as each system tells it. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `VmRSS:   123456 kB`, as /proc has it, whatever the size of a page. @returns {number} bytes */
export function readStatus(text) {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  // one that has just ended has none
  return kb === undefined ? 0 : Number(kb) * 1024;
}

/** Numbers, one a line. @param {string} text @param {number} unit in bytes @returns {number[]} bytes */
export const readLines = (text, unit) => (text.match(/\d+/g) ?? []).map((number) => Number(number) * unit);

/**
 * @param {readonly number[]} ids
 * @param {NodeJS.Platform} platform
 * @returns {[command: string, args: string[], unit: number]} what prints the resident memory of each, and in what
 */
export function asking(ids, platform) {
  const list = ids.join(',');
  if (platform !== 'win32') return ['ps', ['-o', 'rss=', '-p', list], 1024];
  const script = `Get-Process -Id ${list} -ErrorAction SilentlyContinue | ForEach-Object { $_.WorkingSet64 }`;
  return ['powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], 1];
}

/** @param {readonly number[]} ids @param {NodeJS.Platform} [platform] @returns {number[]} bytes, of those that live */
export function residentBytes(ids, platform = process.platform) {
  if (platform === 'linux') return ids.map((id) => readStatus(readFileSync(`/proc/${id}/status`, 'utf8')));
  const [command, args, unit] = asking(ids, platform);
  return readLines(execFileSync(command, args, { encoding: 'utf8' }), unit);
}
