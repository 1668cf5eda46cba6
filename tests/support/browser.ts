/**
 * Chromium with fake devices, one per test: which devices it has, what it grants, whether WebGPU is there.
 * Whatever page, workers or service worker send to another origin, by whichever way, fails the test (`witness.ts`).
 */

import { fileURLToPath } from 'node:url';
import { test as base, chromium, expect, type Browser, type Page } from '@playwright/test';
import { findBrowser } from '../../scripts/find-browser.mjs';
import { giveToyBundle } from './toy-bundle';
import { Witness } from './witness';

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
  readonly grant?: readonly ('camera' | 'microphone' | 'clipboard-read' | 'clipboard-write')[];
  /** As many of each as Chromium makes up, in place of the recorded ones. */
  readonly devices?: number;
  readonly softwareWebGpu?: boolean;
  /** With it: WebGPU can also take a VideoFrame, which it otherwise cannot without a GPU. */
  readonly softwareFrames?: boolean;
  /** `tiny`: of random weights, in place of the shipped one; for what is about no answer (`toy-bundle.ts`). */
  readonly bundle?: 'shipped' | 'tiny';
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** A server of the test's own, in place of the suite's. */
  readonly baseURL?: string;
  /** WebAssembly is compiled a second time, for speed, as early as for a visitor: where time or memory is measured. */
  readonly tiersUpEarly?: boolean;
  /** Blocked unless said: what it answers, no test can answer in its place. */
  readonly serviceWorkers?: 'allow' | 'block';
  /** More of Chromium's own switches. */
  readonly switches?: readonly string[];
  /** Another origin whose page a test makes up around ours: no stranger. */
  readonly around?: string;
  /** A host that a test makes the page ask for: what still comes of it when the test is over is no fault. */
  readonly provokes?: string;
}

type Open = (options?: BrowserOptions) => Promise<Page>;

/** In units of V8's: 15 times its own. Most functions of our two engines then never cost the second compilation; what is hot does early. */
const LATE = '--js-flags=--wasm-tiering-budget=200000000';

async function launch({
  devices,
  softwareWebGpu = false,
  softwareFrames = false,
  tiersUpEarly = false,
  switches = [],
}: BrowserOptions): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser(),
    args: [
      ...(devices === undefined
        ? [
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-video-capture=${recorded.camera}`,
            `--use-file-for-fake-audio-capture=${recorded.microphone}`,
          ]
        : [`--use-fake-device-for-media-stream=device-count=${devices}`]),
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-component-update',
      ...(tiersUpEarly ? [] : [LATE]),
      ...(softwareWebGpu ? ['--enable-unsafe-webgpu'] : []),
      ...(softwareFrames
        ? ['--enable-features=Vulkan', '--use-vulkan=swiftshader', '--use-angle=swiftshader']
        : []),
      ...switches,
    ],
  });
}

/** Remembers every track that the page is given, so that a test can ask whether all have ended. */
function rememberTracks(): void {
  const tracks: MediaStreamTrack[] = [];
  Object.assign(window, { grantedTracks: tracks });
  // a page without a secure context has none, whatever the types say
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) return;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
}

interface Fixtures {
  open: Open;
  /** What tried to leave, of all pages that were opened; a test that provokes it takes it from here. */
  left: () => readonly string[];
  witnesses: Witness[];
}

export const test = base.extend<Fixtures>({
  // what Playwright reads the fixtures' names from
  // eslint-disable-next-line no-empty-pattern
  witnesses: async ({}, use) => {
    const witnesses: Witness[] = [];
    await use(witnesses);
    await Promise.all(witnesses.map((witness) => witness.close()));
  },
  left: async ({ witnesses }, use) => use(() => witnesses.flatMap((witness) => witness.take())),
  open: async ({ baseURL: suite, witnesses, left }, use) => {
    const browsers: Browser[] = [];
    const uncaught: string[] = [];
    const provoked: string[] = [];
    await use(async (options = {}) => {
      if (options.provokes !== undefined) provoked.push(options.provokes);
      const baseURL = options.baseURL ?? suite ?? '';
      const { origin } = new URL(baseURL);
      const around = options.around === undefined ? [] : [options.around];
      const witness = await Witness.open(origin, ...around);
      witnesses.push(witness);
      const browser = await launch(options);
      browsers.push(browser);
      const context = await browser.newContext({
        baseURL,
        viewport: options.viewport ?? { width: 1280, height: 900 },
        colorScheme: options.colorScheme ?? 'light',
        serviceWorkers: options.serviceWorkers ?? 'block',
        proxy: witness.proxy,
      });
      if (options.bundle === 'tiny') await giveToyBundle(context);
      // a frame's permission is that of the page around it
      await context.grantPermissions([...(options.grant ?? [])], { origin: options.around ?? origin });
      await context.addInitScript(rememberTracks);
      await witness.watch(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => uncaught.push(error.message));
      return page;
    });
    await Promise.all(browsers.map((browser) => browser.close()));
    const unasked = left().filter((entry) => !provoked.some((host) => entry.includes(host)));
    expect(unasked, 'what went to other origins').toEqual([]);
    expect(uncaught, 'uncaught errors').toEqual([]);
  },
});
