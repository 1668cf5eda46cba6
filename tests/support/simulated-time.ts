/**
 * The real recogniser of the built page, fed by hand on a clock that the test turns: a second of camera, microphone and words takes as
 * long as its computing, and the same things happen in it on any machine.
 */

import type { Page } from '@playwright/test';
import type { Clock } from '../../src/recogniser/clock';
import type { Recogniser } from '../../src';
import type { MemoBert } from '../../src/elements';

interface Simulation {
  /** One tenth of a second: a frame, its sound, and whatever falls due. */
  step(): Promise<void>;
  /** Lets go of the recogniser, of what it keeps, and of the pictures. */
  end(): void;
}

interface Picture {
  readonly layout: Omit<VideoFrameBufferInit, 'timestamp'>;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Runs in the page; `pictures` of the fake camera are given again and again, and so is the actor's speech. */
async function simulate(): Promise<void> {
  const STEP_MS = 100;
  const SAMPLE_RATE_HZ = 48_000;
  let pictures = await takePictures(12);
  let speech = await decodeSpeech();

  // what is asked of the workers and not yet answered
  let waiting = 0;
  let quiet: () => void = () => undefined;
  const known = new WeakSet<Worker>();
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, message: { id?: number }, ...rest: never[]) {
    if (!known.has(this)) {
      known.add(this);
      this.addEventListener('message', ({ data }: MessageEvent<{ id?: number } | null>) => {
        if (typeof data?.id === 'number' && --waiting === 0) quiet();
      });
    }
    if (typeof message.id === 'number') waiting += 1;
    post.call(this, message, ...rest);
  };
  const task = () => new Promise<void>((resolve) => setTimeout(resolve));
  const settled = async () => {
    await task();
    while (waiting > 0) {
      await new Promise<void>((resolve) => (quiet = resolve));
      await task(); // what was answered may ask for more
    }
  };

  const clock = turnedByHand();
  const element = document.querySelector('memo-bert') as MemoBert;
  // what is pushed is the headless recogniser's
  const headless = (await import(
    new URL('recogniser.js', document.baseURI).href
  )) as typeof import('../../src');
  let recogniser: Recogniser | null = null;
  element.createRecogniser = (options) => (recogniser = new headless.Recogniser(options, { clock }));
  element.handle({ name: 'words-choose', detail: { source: 'typed' } }); // a recogniser is made when it is first asked
  let made = recogniser as unknown as Recogniser | null;
  await made?.startPush();

  let steps = 0;
  Object.assign(window, {
    simulation: {
      step: async () => {
        const time = (steps * STEP_MS) / 1000;
        const picture = pictures[steps % pictures.length]!;
        made?.pushFrame(new VideoFrame(picture.data, { ...picture.layout, timestamp: time * 1e6 }), time);
        const length = (SAMPLE_RATE_HZ * STEP_MS) / 1000;
        const from = (steps * length) % (speech.length - length);
        made?.pushSamples(speech.slice(from, from + length), SAMPLE_RATE_HZ, time);
        if (steps % 50 === 0) void made?.setText(`This is sentence number ${steps}`);
        steps += 1;
        clock.turn(STEP_MS);
        await settled();
      },
      end: () => {
        Worker.prototype.postMessage = post;
        made = recogniser = null;
        pictures = [];
        speech = new Float32Array();
      },
    } satisfies Simulation,
  });

  function turnedByHand(): Clock & { turn(ms: number): void } {
    let nowMs = 0;
    const sleeping = new Set<{ readonly dueMs: number; wake(): void }>();
    return {
      now: () => nowMs,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          const sleeper = { dueMs: nowMs + Math.max(0, ms), wake: () => done() };
          const done = () => {
            sleeping.delete(sleeper);
            signal.removeEventListener('abort', done);
            resolve();
          };
          signal.addEventListener('abort', done);
          sleeping.add(sleeper);
        }),
      turn: (ms) => {
        nowMs += ms;
        for (const sleeper of [...sleeping]) if (sleeper.dueMs <= nowMs) sleeper.wake();
      },
    };
  }

  async function takePictures(count: number): Promise<Picture[]> {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    const video = document.createElement('video');
    Object.assign(video, { srcObject: stream, muted: true });
    await video.play();
    // numbers: a bitmap would count as one that nobody closed, and Chromium counts a canvas that is gone
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    const layout = { format: 'RGBA', codedWidth: canvas.width, codedHeight: canvas.height } as const;
    const found: Picture[] = [];
    while (found.length < count) {
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      context.drawImage(video, 0, 0);
      found.push({ layout, data: context.getImageData(0, 0, canvas.width, canvas.height).data });
    }
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    canvas.width = 0;
    return found;
  }

  async function decodeSpeech(): Promise<Float32Array<ArrayBuffer>> {
    const context = new OfflineAudioContext(1, 1, SAMPLE_RATE_HZ);
    const file = await (await fetch('./actor/happy.mp3')).arrayBuffer();
    const buffer = await context.decodeAudioData(file);
    return new Float32Array(buffer.getChannelData(0));
  }
}

/** Loads the model and begins; camera and microphone are to be granted. Listening when it resolves. */
export async function startSimulation(page: Page): Promise<void> {
  await page.evaluate(simulate);
}

/** What is left in the page is what the element left. */
export async function endSimulation(page: Page): Promise<void> {
  await page.evaluate(() => (window as unknown as { simulation: Simulation }).simulation.end());
}

export async function simulateSeconds(page: Page, seconds: number): Promise<void> {
  await page.evaluate(async (steps) => {
    const { simulation } = window as unknown as { simulation: Simulation };
    for (let done = 0; done < steps; done += 1) await simulation.step();
  }, seconds * 10);
}
