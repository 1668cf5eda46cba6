/** What a browser holds while its answers are on their way: prompts, worklets, tracks, readers. A test says when each comes. */

import { asStream, FakeAudio, FakeTrack } from './fake-media';

type Kind = 'camera' | 'microphone';

/** A track that says which device it is of. */
export class DeviceTrack extends FakeTrack {
  constructor(
    kind: Kind,
    readonly device: unknown,
  ) {
    super(kind === 'camera' ? 'video' : 'audio');
  }
  readonly listening = listenersOf(this);
}

export interface Prompt {
  readonly kind: Kind;
  readonly device: unknown;
  answer(how: string): void;
}

/** What the browser holds: prompts and worklets on their way, tracks that were handed over, what reads them. */
export class Surroundings extends EventTarget {
  readonly prompts: Prompt[] = [];
  readonly modules: { arrive(): void; fail(): void }[] = [];
  readonly tracks: DeviceTrack[] = [];
  readonly readers: Reader[] = [];
  readonly frames: { closes: number; close(): void; displayWidth: number }[] = [];
  readonly listening = listenersOf(this);
  permission = 'granted';
  asked = 0;

  readonly getUserMedia = (wish: MediaStreamConstraints): Promise<MediaStream> => {
    this.asked += 1;
    const kind = wish.video === undefined ? 'microphone' : 'camera';
    const device = ((wish.video ?? wish.audio) as MediaTrackConstraints).deviceId;
    return new Promise((resolve, reject) => {
      const answer = (how: string) => {
        this.prompts.splice(this.prompts.indexOf(prompt), 1);
        if (how !== 'granted') return reject(new DOMException('no', how));
        const track = new DeviceTrack(kind, Object(device as object)['exact'] ?? null);
        this.tracks.push(track);
        resolve(asStream(track));
      };
      const prompt = { kind, device, answer } as const;
      this.prompts.push(prompt);
    });
  };

  live(kind: Kind): readonly DeviceTrack[] {
    const its = kind === 'camera' ? 'video' : 'audio';
    return this.tracks.filter((track) => track.kind === its && track.readyState === 'live');
  }
}

/** Of the case that is tried. */
export let around: Surroundings;

export function newSurroundings(): Surroundings {
  around = new Surroundings();
  return around;
}

/** Who listens to a target and was not taken off; Node forgets some of those that a signal ends, and would tell of them still. */
export function listenersOf(target: EventTarget): () => readonly string[] {
  const listening = new Map<unknown, { readonly type: string; readonly signal: AbortSignal | undefined }>();
  const [add, remove] = [target.addEventListener.bind(target), target.removeEventListener.bind(target)];
  target.addEventListener = (type: string, listener: () => void, options?: AddEventListenerOptions) => {
    listening.set(`${type} ${idOf(listener)}`, { type, signal: options?.signal });
    add(type, listener, options);
  };
  target.removeEventListener = (type: string, listener: () => void) => {
    listening.delete(`${type} ${idOf(listener)}`);
    remove(type, listener);
  };
  return () =>
    [...listening.values()].filter(({ signal }) => signal?.aborted !== true).map(({ type }) => type);
}
const ids = new WeakMap<object, number>();
let lastId = 0;
function idOf(listener: object): number {
  const id = ids.get(listener) ?? (lastId += 1);
  ids.set(listener, id);
  return id;
}

/** As MediaStreamTrackProcessor: one frame waits, and is the browser's own until it is read. */
export class Reader {
  open = true;
  #queued: { close(): void } | null = null;
  #read: ((result: { value: unknown }) => void) | null = null;
  readonly readable = {
    getReader: () => ({
      read: () =>
        new Promise<{ value: unknown }>((resolve) => {
          const value = this.#queued ?? undefined;
          this.#queued = null;
          if (value !== undefined || !this.isOpen) resolve({ value });
          else this.#read = resolve;
        }),
      cancel: () => {
        this.open = false;
        this.end();
        return Promise.resolve();
      },
    }),
  };

  constructor({ track }: { track: FakeTrack }) {
    this.track = track;
    around.readers.push(this);
    const end = track.end.bind(track);
    const stop = track.stop.bind(track);
    Object.assign(track, {
      end: () => (end(), this.end()),
      stop: () => (stop(), this.end()),
    });
  }
  readonly track: FakeTrack;

  get isOpen() {
    return this.open && this.track.readyState === 'live';
  }

  end(): void {
    this.#queued?.close();
    this.#queued = null;
    this.#read?.({ value: undefined });
    this.#read = null;
  }

  show(): void {
    const frame = { closes: 0, displayWidth: 640, close: () => void (frame.closes += 1) };
    around.frames.push(frame);
    if (!this.isOpen) frame.close();
    else if (this.#read !== null) {
      this.#read({ value: frame });
      this.#read = null;
    } else {
      this.#queued?.close();
      this.#queued = frame;
    }
  }
}

/** Its worklet arrives when a test says so. */
export class LateAudio extends FakeAudio {
  override readonly audioWorklet = {
    addModule: () =>
      new Promise<void>((arrive, reject) => {
        around.modules.push({ arrive, fail: () => reject(new DOMException('no', 'AbortError')) });
      }),
  };
}
