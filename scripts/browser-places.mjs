/** Where a Chromium may lie, by system. */

import { posix, win32 } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
/** Below a folder for programs on Windows. */
const CHROME = ['Google', 'Chrome', 'Application', 'chrome.exe'];
const CHROMIUM = ['Chromium', 'Application', 'chrome.exe'];
const EDGE = ['Microsoft', 'Edge', 'Application', 'msedge.exe'];

/** A variable of the environment; on Windows their names have no case, and a copy of them does. */
function variable(env, name) {
  const found = Object.keys(env).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : env[found];
}

/**
 * @typedef {object} System
 * @property {NodeJS.Platform} platform
 * @property {Readonly<Record<string, string | undefined>>} env
 */

/** @param {System} system @param {readonly string[]} names @returns {string[]} where `PATH` may have one of them, the first name first */
export function onPath({ platform, env }, names = NAMES) {
  const isWindows = platform === 'win32';
  const { join, delimiter } = isWindows ? win32 : posix;
  const folders = (variable(env, 'PATH') ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, isWindows ? `${name}.exe` : name)));
}

/** The folders for programs: of all users, of 32 bits, of one user alone. */
const programs = (env) =>
  ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((name) => variable(env, name) ?? []);

/** @param {System} system @returns {string[]} where Chrome and Chromium are installed, for all users or for one */
export function installed({ platform, env }) {
  if (platform === 'win32')
    return [CHROME, CHROMIUM].flatMap((place) => programs(env).map((folder) => win32.join(folder, ...place)));
  if (platform !== 'darwin') return [];
  const folders = ['/Applications', ...(env['HOME'] ? [posix.join(env['HOME'], 'Applications')] : [])];
  return ['Google Chrome', 'Chromium'].flatMap((name) =>
    folders.map((folder) => `${folder}/${name}.app/Contents/MacOS/${name}`),
  );
}

/** @param {System} system @returns {string[]} what every Windows has, where nothing else can be had */
export function lastResort({ platform, env }) {
  return platform === 'win32' ? programs(env).map((folder) => win32.join(folder, ...EDGE)) : [];
}
