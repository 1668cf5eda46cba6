/** As much of tracks, streams, processors and audio contexts as `StreamSource` uses, in the place of a browser's. */

import { afterEach, beforeEach, vi } from 'vitest';

/** A camera's or microphone's track; a test ends and mutes it. */
export class FakeTrack extends EventTarget {
  readyState: 'live' | 'ended' = 'live';
  muted = false;
  enabled = true;
  stops = 0;
  clones: FakeTrack[] = [];
  sampleRateHz = 44_100;

  constructor(readonly kind: 'video' | 'audio') {
    super();
  }

  stop(): void {
    this.stops += 1;
    this.readyState = 'ended';
  }

  clone(): FakeTrack {
    const clone = Object.assign(new FakeTrack(this.kind), { enabled: this.enabled, muted: this.muted });
    this.clones.push(clone);
    return clone;
  }

  getSettings(): MediaTrackSettings {
    return { sampleRate: this.sampleRateHz };
  }

  /** As the browser does it when the device goes. */
  end(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }

  mute(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

export class FakeStream {
  constructor(private tracks: readonly FakeTrack[] = []) {}
  addTrack = (track: FakeTrack) => void (this.tracks = [...this.tracks, track]);
  removeTrack = (track: FakeTrack) => void (this.tracks = this.tracks.filter((each) => each !== track));
  getTracks = () => this.tracks;
  getVideoTracks = () => this.tracks.filter(({ kind }) => kind === 'video');
  getAudioTracks = () => this.tracks.filter(({ kind }) => kind === 'audio');
}

/** Gives the frames a test puts in, and ends with its track. */
export class FakeProcessor {
  static last: FakeProcessor | null = null;
  readonly readable: ReadableStream<VideoFrame>;
  #frames!: ReadableStreamDefaultController<VideoFrame>;
  #open = true;

  constructor({ track }: { track: FakeTrack }) {
    FakeProcessor.last = this;
    this.readable = new ReadableStream({
      start: (frames) => void (this.#frames = frames),
      cancel: () => void (this.#open = false),
    });
    track.addEventListener('ended', () => {
      if (this.#open) this.#frames.close();
      this.#open = false;
    });
  }

  show(frame: VideoFrame): void {
    this.#frames.enqueue(frame);
  }
}

/** An audio context whose worklet module loads, or not. */
export class FakeAudio {
  static moduleLoads = true;
  /** What its arrival waits for. */
  static module = Promise.resolve();
  static opened: FakeAudio[] = [];
  state = 'running';
  closed = false;
  onstatechange: (() => void) | null = null;
  readonly sampleRate: number;
  readonly destination = {};
  readonly audioWorklet = {
    addModule: () => (FakeAudio.moduleLoads ? FakeAudio.module : Promise.reject(new Error('blocked'))),
  };

  constructor({ sampleRate = 48_000 }: AudioContextOptions = {}) {
    this.sampleRate = sampleRate;
    FakeAudio.opened.push(this);
  }

  createMediaStreamSource() {
    return { connect: () => undefined, disconnect: () => undefined };
  }
  async resume() {
    this.state = 'running';
  }
  /** The state follows later, and a second time is refused before that: so in Firefox. */
  async close() {
    if (this.closed) throw new DOMException('It is closed.', 'InvalidStateError');
    this.closed = true;
    await Promise.resolve();
    this.state = 'closed';
  }
}

export class FakeNode {
  static last: FakeNode | null = null;
  readonly port: { onmessage: ((event: unknown) => void) | null; postMessage: () => void } = {
    onmessage: null,
    postMessage: () => undefined,
  };
  constructor() {
    FakeNode.last = this;
  }
  connect() {}
  disconnect() {}

  /** As the worklet does; it arrives at once. */
  post(samples: Float32Array, startFrame: number, postedMs = Date.now()): void {
    this.port.onmessage?.({ data: { samples, startFrame, postedMs } });
  }
}

export const asTrack = (track: FakeTrack) => track as unknown as MediaStreamTrack;
export const asStream = (...tracks: FakeTrack[]) => new FakeStream(tracks) as unknown as MediaStream;

/** For every test of the file. */
export function useFakeMedia(): void {
  beforeEach(() => {
    FakeAudio.moduleLoads = true;
    FakeAudio.module = Promise.resolve();
    FakeAudio.opened = [];
    vi.stubGlobal('MediaStream', FakeStream);
    vi.stubGlobal('MediaStreamTrackProcessor', FakeProcessor);
    vi.stubGlobal('AudioContext', FakeAudio);
    vi.stubGlobal('AudioWorkletNode', FakeNode);
    vi.stubGlobal('window', new EventTarget());
  });
  afterEach(() => vi.unstubAllGlobals());
}
