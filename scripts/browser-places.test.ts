import { describe, expect, it } from 'vitest';
import { installed, lastResort, onPath } from './browser-places.mjs';

const windows = {
  platform: 'win32' as const,
  env: {
    Path: 'C:\\Windows\\System32;D:\\my tools;',
    ProgramFiles: 'D:\\Programs',
    'ProgramFiles(x86)': 'D:\\Programs (x86)',
    LOCALAPPDATA: 'C:\\Users\\Zoë\\AppData\\Local',
  },
};
const mac = { platform: 'darwin' as const, env: { PATH: '/usr/bin:/opt/homebrew/bin', HOME: '/Users/zoë' } };
const linux = { platform: 'linux' as const, env: { PATH: '/usr/bin:/snap/bin' } };

describe('on PATH', () => {
  it('of Windows, whatever its case, names end in .exe and no empty folder counts', () => {
    expect(onPath(windows, ['chrome'])).toEqual([
      'C:\\Windows\\System32\\chrome.exe',
      'D:\\my tools\\chrome.exe',
    ]);
  });

  it('of others, Chromium comes first, wherever it is', () => {
    expect(onPath(linux).slice(0, 2)).toEqual(['/usr/bin/chromium', '/snap/bin/chromium']);
    expect(onPath(mac)).toContain('/opt/homebrew/bin/google-chrome');
    expect(onPath({ ...linux, env: {} })).toEqual([]);
  });
});

describe('Chrome is installed', () => {
  it('on Windows for all users, or for one, on whichever drive', () => {
    expect(installed(windows).slice(0, 3)).toEqual([
      'D:\\Programs\\Google\\Chrome\\Application\\chrome.exe',
      'D:\\Programs (x86)\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Users\\Zoë\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe',
    ]);
  });

  it('on macOS for all users, or for one', () => {
    expect(installed(mac).slice(0, 2)).toEqual([
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Users/zoë/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ]);
  });

  it('elsewhere on PATH alone', () => {
    expect(installed(linux)).toEqual([]);
  });
});

it('Edge is there where nothing else is, on Windows', () => {
  expect(lastResort(windows)).toContain('D:\\Programs (x86)\\Microsoft\\Edge\\Application\\msedge.exe');
  for (const system of [mac, linux]) expect(lastResort(system)).toEqual([]);
});
