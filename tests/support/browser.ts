/**
 * Chromium with fake devices, one per test: which devices it has, what it grants, whether WebGPU is there.
 * Every request of page and workers is recorded, and one to another origin fails the test.
 */

import { fileURLToPath } from 'node:url';
import {
  test as base,
  chromium,
  expect,
  type Browser,
  type BrowserContext,
  type Page,
} from '@playwright/test';

export { expect };

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/generated/${name}`, import.meta.url));
export const recorded = {
  camera: fixture('actor.y4m'),
  microphone: fixture('actor.wav'),
  clip: fixture('clip.webm'),
  silent: fixture('silent.webm'),
  voice: fixture('voice.webm'),
  empty: fixture('empty.wav'),
  broken: fixture('broken.webm'),
  notMedia: fixture('not-media.mp4'),
};

export interface BrowserOptions {
  /** Permissions granted; all others are refused. */
  readonly grant?: readonly ('camera' | 'microphone')[];
  readonly softwareWebGpu?: boolean;
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
}

type Open = (options?: BrowserOptions) => Promise<Page>;

async function launch({ softwareWebGpu = false }: BrowserOptions): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'];
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${recorded.camera}`,
      `--use-file-for-fake-audio-capture=${recorded.microphone}`,
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-component-update',
      ...(softwareWebGpu ? ['--enable-unsafe-webgpu'] : []),
    ],
  });
}

/** Remembers every track that the page is given, so that a test can ask whether all have ended. */
function rememberTracks(): void {
  const tracks: MediaStreamTrack[] = [];
  Object.assign(window, { grantedTracks: tracks });
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
}

function watch(context: BrowserContext, origin: string, strangers: string[]): void {
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && url.origin !== origin)
      strangers.push(url.href);
  });
  context.on('page', (page) => {
    page.on('websocket', (socket) => strangers.push(socket.url()));
  });
}

export const test = base.extend<{ open: Open }>({
  open: async ({ baseURL }, use) => {
    const origin = new URL(baseURL ?? '').origin;
    const browsers: Browser[] = [];
    const strangers: string[] = [];
    const uncaught: string[] = [];
    await use(async (options = {}) => {
      const browser = await launch(options);
      browsers.push(browser);
      const context = await browser.newContext({
        baseURL: baseURL ?? '',
        viewport: options.viewport ?? { width: 1280, height: 900 },
        colorScheme: options.colorScheme ?? 'light',
      });
      await context.grantPermissions([...(options.grant ?? [])], { origin });
      await context.addInitScript(rememberTracks);
      watch(context, origin, strangers);
      const page = await context.newPage();
      page.on('pageerror', (error) => uncaught.push(error.message));
      return page;
    });
    await Promise.all(browsers.map((browser) => browser.close()));
    expect(strangers, 'requests to other origins').toEqual([]);
    expect(uncaught, 'uncaught errors').toEqual([]);
  },
});
