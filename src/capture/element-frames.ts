/** Frames of a video element that plays: a file's, or a camera's where the browser gives a track's frames in no other way. */

import { onPage, PLAY_AGAIN } from '../page-events';
import type { FramePump } from './frames';
import { NewestFrame } from './newest-frame';
import type { TimedFrame } from './source';

/** Frames of a playing video element, as it presents them. The element stays its owner's. */
export class ElementPump implements FramePump {
  readonly #newest = new NewestFrame();
  #request: number;
  #closed = false;
  /** Pictures presented so far, and the newest of them that was given. */
  #presented = 0;
  #given = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    /** Seconds on the source's clock, from the frame's time in the media (s). */
    private readonly time: (mediaTime: number) => number,
  ) {
    this.#request = this.#await();
  }

  nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    return this.#newest.take(signal);
  }

  /** The media is over; its last frame can still be taken. */
  end(): void {
    this.#newest.end();
  }

  close(): void {
    this.#closed = true;
    this.video.cancelVideoFrameCallback(this.#request);
    this.#newest.close();
  }

  #await(): number {
    return this.video.requestVideoFrameCallback((_now, { mediaTime }) => void this.#present(mediaTime));
  }

  async #present(mediaTime: number): Promise<void> {
    if (this.#closed) return;
    this.#request = this.#await();
    const time = this.time(mediaTime);
    const turn = (this.#presented += 1);
    try {
      const frame =
        'VideoFrame' in globalThis
          ? new VideoFrame(this.video, { timestamp: Math.round(mediaTime * 1e6) })
          : await createImageBitmap(this.video);
      // bitmaps of two pictures may be made in the other order
      if (turn < this.#given) return frame.close();
      this.#given = turn;
      this.#newest.put({ frame, time }); // closes it if this pump closed meanwhile
    } catch {
      // the element lost its picture between callback and here (stopped, or changing size): the next one serves
    }
  }
}

/** A live track through a video element that is in no document. */
export class TrackElementPump implements FramePump {
  readonly #video = document.createElement('video');
  readonly #pump: ElementPump;
  readonly #leave = new AbortController();

  constructor(track: MediaStreamTrack, now: () => number) {
    const { signal } = this.#leave;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([track]);
    this.#pump = new ElementPump(this.#video, now);
    track.addEventListener('ended', () => this.#pump.end(), { once: true });
    const play = () => {
      // what has ended is paused too
      if (track.readyState === 'live') void this.#video.play().catch(() => undefined); // refused: at the next touch
    };
    // Safari pauses it for a call, or for another page
    this.#video.addEventListener('pause', play, { signal });
    onPage(PLAY_AGAIN, play, signal);
    play();
  }

  nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    return this.#pump.nextFrame(signal);
  }

  close(): void {
    this.#leave.abort();
    this.#pump.close();
    this.#video.pause();
    this.#video.srcObject = null;
  }
}
