/** Mediabunny's side of a file that is read: loaded when the first file is opened, with the containers that browsers play. */

import {
  ADTS,
  AudioSampleSink,
  BlobSource,
  EncodedPacket,
  FLAC,
  Input,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  VideoSampleSink,
  WAVE,
  WEBM,
  type AudioSample,
  type InputAudioTrack,
  type InputVideoTrack,
  type VideoSample,
} from 'mediabunny';
import { MemoError } from '../errors';
import { goneFile, saysGone } from './broken-file';
import { DownMix } from './down-mix';
import type { MediaReader } from './media-reader';
import { isSampleRate } from './sample-rate';
import type { SampleChunk, TimedFrame } from './source';

// what is transparent says nothing of a person, and Mediabunny has no option to leave it: films were decoded twice, and merged in workers of a `blob:`
Object.defineProperty(EncodedPacket.prototype, 'sideData', { get: () => ({}), set: () => undefined });

const FORMATS = [MP4, QTFF, WEBM, MATROSKA, WAVE, OGG, MP3, FLAC, ADTS];

/** The last picture lasts this long; in many files it is not said how long. */
const LAST_PICTURE_S = 0.5;
/** Longer than anybody records. */
const MOST_SECONDS = 100 * 3600;

const LIBRARY = { Input, BlobSource, VideoSampleSink, AudioSampleSink };
/** As much of Mediabunny as a file is read by. */
export type Mediabunny = typeof LIBRARY;

/** As `readMedia`, where there is WebCodecs. @param library another in its place, as a test gives it */
export async function demux(
  blob: Blob,
  name: string,
  signal: AbortSignal,
  library = LIBRARY,
): Promise<MediaReader | null> {
  // what was read ahead in vain is asked for again when it is needed, and told then
  const source = new library.BlobSource(blob, { handleUnhandledError: () => undefined });
  const input = new library.Input({ formats: FORMATS, source });
  const decodes = (track: InputVideoTrack | InputAudioTrack) => isDecoded(track, library);
  try {
    const picture = await input.getPrimaryVideoTrack({ filter: decodes });
    const sound = await input.getPrimaryAudioTrack({ filter: decodes });
    const leftOut = {
      picture: picture === null && (await input.getVideoTracks()).length > 0,
      sound: sound === null && (await input.getAudioTracks()).length > 0,
    };
    const tracks = [picture, sound].filter((track) => track !== null);
    const seconds = tracks.length > 0 ? await input.computeDuration(tracks) : 0;
    signal.throwIfAborted();
    // a damaged length may be thousands of years, and an analysis is laid out by it; no codec says a second in less than a byte
    if (seconds > 0 && seconds <= Math.min(MOST_SECONDS, blob.size))
      return new DemuxedMedia(input, { picture, sound, leftOut, seconds, blob, name, library });
  } catch {
    if (signal.aborted) {
      input.dispose();
      throw new MemoError('aborted', 'Opening was cut short.', 'Press Start again.');
    }
  }
  input.dispose();
  return null;
}

/**
 * Whether the first sample is decoded, and sound at a rate that can be resampled: browsers claim codecs that they then do not decode
 * (Chrome HEVC without the hardware for it, a damaged AAC configuration). Throws where the file can no longer be read.
 */
async function isDecoded(track: InputVideoTrack | InputAudioTrack, library: Mediabunny): Promise<boolean> {
  if (track.isAudioTrack() && !isSampleRate(await track.getSampleRate())) return false;
  if (!(await track.canDecode())) return false;
  const sink = track.isAudioTrack()
    ? new library.AudioSampleSink(track)
    : new library.VideoSampleSink(track as InputVideoTrack);
  try {
    // not the one at the first moment: of Vorbis the first packet gives none
    for await (const first of sink.samples()) {
      first.close();
      return !('sampleRate' in first) || isSampleRate(first.sampleRate);
    }
    return false;
  } catch (cause) {
    if (saysGone(cause)) throw cause;
    return false;
  }
}

interface Found extends Pick<MediaReader, 'leftOut' | 'seconds' | 'name'> {
  readonly picture: InputVideoTrack | null;
  readonly sound: InputAudioTrack | null;
  readonly blob: Blob;
  readonly library: Mediabunny;
}

class DemuxedMedia implements MediaReader {
  readonly name: string;
  readonly seconds: number;
  readonly leftOut: MediaReader['leftOut'];
  #closed = false;

  constructor(
    private readonly input: Input,
    private readonly found: Found,
  ) {
    this.name = found.name;
    this.seconds = found.seconds;
    this.leftOut = found.leftOut;
  }

  get hasPicture(): boolean {
    return this.found.picture !== null;
  }

  get hasSound(): boolean {
    return this.found.sound !== null;
  }

  async *frames(times: Iterable<number>): AsyncGenerator<TimedFrame | null, void> {
    const { picture, library } = this.found;
    if (picture === null) return;
    const asked = [...times];
    let index = 0;
    try {
      const endS = (await picture.computeDuration()) + LAST_PICTURE_S;
      const shown = asked.filter((time) => time < endS);
      for await (const sample of new library.VideoSampleSink(picture).samplesAtTimestamps(shown)) {
        const time = asked[index++] ?? 0;
        yield sample === null ? null : { frame: pictureOf(sample), time };
      }
      // nobody is seen while the sound goes on
      for (; index < asked.length; index += 1) yield null;
    } catch (cause) {
      throw await this.#broken(asked[index] ?? this.seconds, cause);
    }
  }

  async *samples(from = 0): AsyncGenerator<SampleChunk, void> {
    const { sound, library } = this.found;
    if (sound === null) return;
    const downMix = new DownMix();
    let reached = from;
    try {
      for await (const sample of new library.AudioSampleSink(sound).samples(from)) {
        reached = sample.timestamp;
        yield chunkOf(sample, downMix);
      }
    } catch (cause) {
      throw await this.#broken(reached, cause);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.input.dispose();
  }

  async #broken(seconds: number, cause: unknown): Promise<MemoError> {
    if (this.#closed) return new MemoError('aborted', 'Reading was cut short.', 'Open the file again.');
    const gone = await goneFile(this.found.blob, this.name, cause, seconds);
    if (gone !== null) return gone;
    return new MemoError(
      'media-unreadable',
      `${this.name} broke off after ${seconds.toFixed(1)} s: the file is damaged from there on.`,
      'Try another copy of the file; what was read until then is kept.',
      cause,
    );
  }
}

/** Closes the sample. A phone's upright video is stored lying, and turned by its metadata; a selfie may be mirrored by it. */
function pictureOf(sample: VideoSample): VideoFrame | ImageBitmap {
  try {
    if (sample.rotation === 0 && !sample.flip) return sample.toVideoFrame();
    const canvas = new OffscreenCanvas(sample.displayWidth, sample.displayHeight);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('a worker has no 2d canvas');
    sample.draw(context, 0, 0, canvas.width, canvas.height);
    return canvas.transferToImageBitmap();
  } finally {
    sample.close();
  }
}

/** Closes the sample. */
function chunkOf(sample: AudioSample, downMix: DownMix): SampleChunk {
  try {
    const { numberOfFrames, numberOfChannels, sampleRate, timestamp } = sample;
    const samples = downMix.mix(numberOfChannels, numberOfFrames, (plane, planeIndex) => {
      sample.copyTo(plane, { planeIndex, format: 'f32-planar' });
    });
    return { samples, sampleRateHz: sampleRate, time: timestamp };
  } finally {
    sample.close();
  }
}
