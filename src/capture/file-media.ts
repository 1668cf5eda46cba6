/** Opens a file's bytes as media: the element that plays it, its length, its sound. */

import { MemoError } from '../errors';

export interface LoadedMedia {
  /** At its beginning, at rest, muted; has a picture when `videoWidth` is not 0. */
  readonly video: HTMLVideoElement;
  /** Length; above 0 and finite. */
  readonly seconds: number;
  /** Lets the element and the bytes go; safe to call twice. */
  free(): void;
}

/** Samples are decoded to what the voice encoder wants: an hour at 48 kHz stereo would fill 1.4 GB. */
const DECODED_RATE_HZ = 16_000;

/** Rejects with `media-unreadable`, `media-empty` or `aborted`. */
export async function loadMedia(blob: Blob, name: string, signal: AbortSignal): Promise<LoadedMedia> {
  const video = document.createElement('video');
  const url = URL.createObjectURL(blob);
  const free = () => {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  };
  try {
    video.muted = true;
    video.playsInline = true;
    video.preload = 'auto';
    video.src = url;
    await happened(video, 'loadedmetadata', name, signal);
    const seconds = await lengthOf(video, name, signal);
    if (!(seconds > 0)) throw empty(name);
    return { video, seconds, free };
  } catch (error) {
    free();
    throw error;
  }
}

/** What is decoded at once: 45 minutes are 173 MB. */
const MOST_DECODED_SECONDS = 45 * 60;
const MOST_DECODED_BYTES = 1e9;

/**
 * The whole sound, or null when there is none that can be decoded.
 * Rejects with `media-unreadable` when it would not fit into memory.
 */
export async function decodeSound(blob: Blob, seconds: number, name: string): Promise<AudioBuffer | null> {
  if (seconds > MOST_DECODED_SECONDS || blob.size > MOST_DECODED_BYTES) throw tooLong(name);
  try {
    const context = new OfflineAudioContext(1, 1, DECODED_RATE_HZ);
    const sound = await context.decodeAudioData(await blob.arrayBuffer());
    return sound.length > 0 ? sound : null;
  } catch {
    return null; // a video without sound rejects just like a damaged one; the picture may still serve
  }
}

/** Recorded files (MediaRecorder) do not state their length: it shows after a jump to the end. */
async function lengthOf(video: HTMLVideoElement, name: string, signal: AbortSignal): Promise<number> {
  // a length not stated may still be found while the first data arrive (a WAV file without samples)
  if (video.duration === Infinity && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) {
    await happened(video, 'canplay', name, signal);
  }
  if (video.duration !== Infinity) return video.duration;
  video.currentTime = Number.MAX_SAFE_INTEGER;
  await happened(video, 'seeked', name, signal);
  const seconds = Number.isFinite(video.duration) ? video.duration : video.currentTime;
  video.currentTime = 0;
  await happened(video, 'seeked', name, signal);
  return seconds;
}

/** Resolves at the element's next `event`; rejects when it fails first. */
function happened(video: HTMLVideoElement, event: string, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = new AbortController();
    const { signal: left } = leave;
    const settle = (then: () => void) => () => {
      leave.abort();
      then();
    };
    video.addEventListener(event, settle(resolve), { signal: left });
    video.addEventListener(
      'error',
      settle(() => reject(unreadable(name, video.error))),
      { signal: left },
    );
    const aborted = () => reject(new MemoError('aborted', 'Opening was cut short.', 'Press Start again.'));
    if (signal.aborted) settle(aborted)();
    else signal.addEventListener('abort', settle(aborted), { signal: left });
  });
}

function tooLong(name: string): MemoError {
  return new MemoError(
    'media-unreadable',
    `${name} is too long for this browser, which decodes a file's sound only as a whole.`,
    'Open it in a browser with WebCodecs for its format (a current Chrome or Edge), or cut it into parts of 45 minutes.',
  );
}

export function empty(name: string): MemoError {
  return new MemoError('media-empty', `${name} is 0 seconds long.`, 'Choose a file with something in it.');
}

function unreadable(name: string, cause: MediaError | null): MemoError {
  return new MemoError(
    'media-unreadable',
    `${name} is not a video or audio file that this browser can play.`,
    'Choose another file: MP4 (H.264, AAC), WebM or WAV work in most browsers.',
    cause === null ? undefined : new Error(cause.message),
  );
}
