/** `navigator.mediaDevices` in the place of a browser's: a test says what each request gets. */

import { asStream, type FakeTrack } from './fake-media';

export class FakeDevices extends EventTarget {
  /** What the next requests get; an error's name where there is none, a promise while the prompt is open. */
  readonly next: Record<'video' | 'audio', (FakeTrack | string | Promise<MediaStream>)[]> = {
    video: [],
    audio: [],
  };
  permission = 'granted';
  asked = 0;
  /** By `deviceId`, of each request. */
  readonly ids: unknown[] = [];

  readonly getUserMedia = (wish: MediaStreamConstraints) => {
    this.asked += 1;
    this.ids.push(((wish.video ?? wish.audio) as MediaTrackConstraints).deviceId);
    const given = this.next[wish.video === undefined ? 'audio' : 'video'].shift() ?? 'NotFoundError';
    if (given instanceof Promise) return given;
    return typeof given === 'string'
      ? Promise.reject(new DOMException('no', given))
      : Promise.resolve(asStream(given));
  };
}
