/** The samples of one audio track, through an AudioWorklet, at the device's own rate. */

import { MemoError } from '../errors';
import { onPage, PLAY_AGAIN } from '../page-events';
import { AudioTimeline } from './audio-timeline';
import type { PostedChunk, PROCESSOR_NAME } from './microphone-worklet';
import workletUrl from './microphone-worklet.ts?worker&url';
import type { SampleChunk } from './source';

/** The worklet's own, by its type: its file cannot be imported here, for it registers itself. */
const PROCESSOR: typeof PROCESSOR_NAME = 'memo-microphone';

export interface Microphone {
  /** False while the browser or the system holds the audio graph: before the first click, during a phone call. */
  readonly running: boolean;
  /** Frees node and context; does not stop the track. Safe to call twice. */
  close(): void;
}

/**
 * @param now seconds on the source's clock
 * @param deliver gets mono chunks of about 50 ms
 */
export async function openMicrophone(
  track: MediaStreamTrack,
  now: () => number,
  deliver: (chunk: SampleChunk) => void,
): Promise<Microphone> {
  const stream = new MediaStream([track]);
  const { context, input } = contextFor(track, stream);
  let node: AudioWorkletNode | null = null;
  const leave = new AbortController();
  const close = () => {
    leave.abort();
    node?.port.postMessage('close');
    if (node !== null) node.port.onmessage = null;
    context.onstatechange = null;
    node?.disconnect();
    input.disconnect();
    void context.close().catch(() => undefined); // a second time
  };
  try {
    await context.audioWorklet.addModule(workletUrl);
    node = new AudioWorkletNode(context, PROCESSOR, { numberOfInputs: 1, numberOfOutputs: 1 });
  } catch (error) {
    close();
    throw new MemoError(
      'capture-unsupported',
      'The microphone cannot be read: the audio worklet did not load.',
      'Reload the page; with a content policy of your own, let script-src take files of this origin.',
      error,
    );
  }
  const timeline = new AudioTimeline(context.sampleRate);
  node.port.onmessage = ({ data }: MessageEvent<PostedChunk>) => {
    const underWayS = Math.max(0, Date.now() - data.postedMs) / 1000; // below 0 only where somebody sets the clock
    const time = timeline.time(data.startFrame, data.samples.length, now() - underWayS);
    deliver({ samples: data.samples, sampleRateHz: context.sampleRate, time });
  };
  input.connect(node);
  // a node that leads nowhere need not be run; this one writes silence
  node.connect(context.destination);
  const resume = () => {
    // settles only once audio is allowed (a click on the page): not waited for
    if (context.state !== 'running' && context.state !== 'closed')
      void context.resume().catch(() => undefined);
  };
  // an interruption by the system is over without anybody's click; on an iPhone, after a call, it may need one
  context.onstatechange = resume;
  track.addEventListener('unmute', resume, { signal: leave.signal });
  onPage(PLAY_AGAIN, resume, leave.signal);
  resume();
  return {
    get running() {
      return context.state === 'running';
    },
    close,
  };
}

/** Firefox refuses a source whose rate differs from its context's, so the track's own rate is asked for first. */
function contextFor(
  track: MediaStreamTrack,
  stream: MediaStream,
): { context: AudioContext; input: MediaStreamAudioSourceNode } {
  const sampleRate = track.getSettings().sampleRate;
  const wishes: AudioContextOptions[] = sampleRate === undefined ? [{}] : [{ sampleRate }, {}];
  let cause: unknown;
  for (const wish of wishes) {
    let context: AudioContext | null = null;
    try {
      context = new AudioContext({ ...wish, latencyHint: 'interactive' });
      return { context, input: context.createMediaStreamSource(stream) };
    } catch (error) {
      cause = error;
      void context?.close();
    }
  }
  throw new MemoError(
    'capture-unsupported',
    'This browser cannot read the microphone at its own rate.',
    'Try another browser, or go on with the camera alone.',
    cause,
  );
}
