/** The same frames and the same sound for everybody. */

import type { Urls } from './protocol';

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES = 24;

/** A photograph of a face that comes with face-api, moving a little from frame to frame; 640x480. */
export async function loadFrames({ peers }: Urls): Promise<ImageBitmap[]> {
  const photo = await createImageBitmap(
    await (await fetch(`${peers}@vladmandic/face-api/demo/sample1.jpg`)).blob(),
  );
  const scale = Math.max(WIDTH / photo.width, HEIGHT / photo.height) * 1.06;
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws nothing.');
  const frames: ImageBitmap[] = [];
  for (let index = 0; index < FRAMES; index += 1) {
    const turn = (index / FRAMES) * 2 * Math.PI;
    const [width, height] = [photo.width * scale, photo.height * scale];
    const x = (WIDTH - width) / 2 + 6 * Math.sin(turn);
    const y = (HEIGHT - height) / 2 + 4 * Math.cos(turn);
    context.drawImage(photo, x, y, width, height);
    frames.push(await createImageBitmap(canvas));
  }
  return frames;
}

/** The actor's lines one after another, 16 kHz mono. */
export async function loadSound({ actorBase }: Urls): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, 16_000, 16_000);
  const parts: Float32Array[] = [];
  for (const line of ['happy', 'angry', 'sad']) {
    const bytes = await (await fetch(`${actorBase}${line}.mp3`)).arrayBuffer();
    parts.push((await context.decodeAudioData(bytes)).getChannelData(0));
  }
  const sound = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    sound.set(part, at);
    at += part.length;
  }
  return sound;
}
