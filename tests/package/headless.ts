/** The recogniser without any element: of a file its estimates one by one, of a stream and of what is pushed the first with all. */

import { exportTimeline, MemoError, Recogniser, type Estimate } from 'memo-bert';

const options = {
  manifestUrl: './models/small/manifest.json',
  assetBase: './generated/',
  device: 'wasm',
} as const;
const recogniser = new Recogniser({ ...options, modalities: ['voice'] });

/** @returns the estimates of a file, and the length of its CSV */
export async function analyse(address: string): Promise<{ estimates: Estimate[]; csv: string }> {
  const blob = await (await fetch(address)).blob();
  await recogniser.startFile(blob, address);
  const estimates: Estimate[] = [];
  for await (const estimate of recogniser) estimates.push(estimate);
  return { estimates, csv: await exportTimeline(recogniser.state.timeline, 'csv').text() };
}

/** A picture of the camera, drawn once and again, and speech that goes on: a stream that no device gives. */
async function playing(picture: ImageBitmap, speech: AudioBuffer): Promise<MediaStream> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const pen = canvas.getContext('2d')!;
  (function draw() {
    pen.drawImage(picture, 0, 0);
    requestAnimationFrame(draw);
  })();
  const context = new AudioContext();
  const heard = context.createMediaStreamDestination();
  const voice = new AudioBufferSourceNode(context, { buffer: speech, loop: true });
  voice.connect(heard);
  voice.start();
  await context.resume();
  return new MediaStream([...canvas.captureStream(15).getTracks(), ...heard.stream.getTracks()]);
}

async function firstWithBoth(of: Recogniser): Promise<Estimate | null> {
  for await (const estimate of of)
    if (estimate.modalities.face.present && estimate.modalities.voice.present) return estimate;
  return null;
}

/** @returns of a stream, then of a frame and samples that are pushed, the first estimate of face and voice; null without one */
export async function watch(address: string): Promise<Record<'streamed' | 'pushed', Estimate | null>> {
  const video = document.createElement('video');
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  await video.play();
  const picture = await createImageBitmap(video);
  const sound = await (await fetch(address)).arrayBuffer();
  const speech = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(sound);
  const watching = new Recogniser(options);
  const stream = await playing(picture, speech);
  await watching.startStream(stream);
  const streamed = await firstWithBoth(watching);
  watching.stop();
  if (stream.getTracks().some(({ readyState }) => readyState === 'ended')) throw new Error('not ours to end');
  await watching.startPush();
  const pushed = firstWithBoth(watching);
  watching.pushSamples(speech.getChannelData(0).slice(), speech.sampleRate, 0);
  watching.pushFrame(new VideoFrame(picture, { timestamp: 0 }), speech.duration);
  watching.endPush();
  return { streamed, pushed: await pushed };
}

export const codeOf = (error: unknown): string => MemoError.from(error).code;
Object.assign(window, { analyse, codeOf, watch });
