/** As much of Mediabunny as a file is read by; it decodes as slowly, as badly and as late as a test says. */

export interface TrackPlan {
  /** Which of its samples wait for the test, round and round. */
  readonly waits: readonly boolean[];
  /** The sample that is damaged; beyond the last: none. */
  readonly breaksAt: number;
  /** How many there are. */
  readonly endsAt: number;
  /** What each time is told wrong by, round and round, s: pictures and sound go back, or leave gaps. */
  readonly shifts: readonly number[];
}

export interface FilePlan {
  /** Whether opening it waits for the test. */
  readonly opensLate: boolean;
  readonly picture: TrackPlan | null;
  readonly sound: TrackPlan | null;
  /** What a decoder is at when the file is closed comes all the same; it rejects else. */
  readonly comesLate: boolean;
}

export const READ_SECONDS = 4;
/** Of the first file that is opened; each has one more, so that its samples are known by it. */
const RATE_HZ = 3000;

/** A sample or a frame: it holds memory until it is closed. */
class Held {
  closes = 0;
  close = () => void (this.closes += 1);
}

class Picture extends Held {
  readonly rotation = 0;
  readonly flip = false;
  constructor(
    private readonly input: Input,
    readonly timestamp: number,
  ) {
    super();
    input.held.push(this);
  }
  toVideoFrame(): Frame {
    return new Frame(this.input);
  }
}

export class Frame extends Held {
  constructor(readonly input: Input) {
    super();
    input.held.push(this);
  }
}

class Sound extends Held {
  readonly numberOfChannels = 1;
  readonly numberOfFrames: number;
  readonly sampleRate: number;
  constructor(
    input: Input,
    readonly timestamp: number,
  ) {
    super();
    this.numberOfFrames = this.sampleRate = input.rateHz;
    input.held.push(this);
  }
  copyTo(): void {}
}

interface Waiting {
  readonly input: Input;
  go(): void;
}

/** What all files of a case have in common. */
export const studio = {
  /** Of each opening in turn, round and round. */
  plans: [] as readonly FilePlan[],
  inputs: [] as Input[],
  waiting: [] as Waiting[],
  begin(plans: readonly FilePlan[]): void {
    Object.assign(studio, { plans, inputs: [], waiting: [] });
  },
  /** @returns whether there was one */
  go(which: number): boolean {
    const [next] = studio.waiting.splice(which % Math.max(1, studio.waiting.length), 1);
    next?.go();
    return next !== undefined;
  },
};

export class Input {
  disposals = 0;
  readonly held: Held[] = [];
  readonly number = studio.inputs.push(this) - 1;
  readonly rateHz = RATE_HZ + this.number;
  readonly plan = studio.plans[this.number % studio.plans.length]!;
  readonly #opening = this.plan.opensLate ? this.wait() : Promise.resolve();

  wait(): Promise<void> {
    return new Promise((go) => studio.waiting.push({ input: this, go }));
  }

  getPrimaryVideoTrack = ({ filter }: Filter) => this.#track('picture', filter);
  getPrimaryAudioTrack = ({ filter }: Filter) => this.#track('sound', filter);
  getVideoTracks = () => this.#all('picture');
  getAudioTracks = () => this.#all('sound');
  computeDuration = () => Promise.resolve(READ_SECONDS);

  dispose(): void {
    this.disposals += 1;
    if (this.plan.comesLate) return;
    for (const waiting of studio.waiting.filter(({ input }) => input === this)) waiting.go();
    studio.waiting = studio.waiting.filter(({ input }) => input !== this);
  }

  async #track(kind: Kind, filter: Filter['filter']): Promise<Track | null> {
    await this.#opening;
    const [track] = await this.#all(kind);
    return track !== undefined && (await filter(track)) ? track : null;
  }

  #all(kind: Kind): Promise<Track[]> {
    const plan = this.plan[kind];
    return Promise.resolve(plan === null ? [] : [new Track(this, kind, plan)]);
  }
}

type Kind = 'picture' | 'sound';
interface Filter {
  filter(track: Track): Promise<boolean>;
}

class Track {
  constructor(
    readonly input: Input,
    readonly kind: Kind,
    readonly plan: TrackPlan,
  ) {}
  isAudioTrack = () => this.kind === 'sound';
  canDecode = () => Promise.resolve(true);
  getSampleRate = () => Promise.resolve(this.input.rateHz);
  computeDuration = () => Promise.resolve(Math.min(READ_SECONDS, this.plan.endsAt));

  /** False after the last. */
  async decode(index: number): Promise<boolean> {
    const { waits, breaksAt, endsAt } = this.plan;
    if (waits[index % Math.max(1, waits.length)]) await this.input.wait();
    if (this.input.disposals > 0 && !this.input.plan.comesLate) throw new Error('The input was disposed.');
    if (index === breaksAt) throw new DOMException('Decoding failed.', 'EncodingError');
    return index < endsAt;
  }

  timeOf(index: number, time = index): number {
    const { shifts } = this.plan;
    return time + (shifts[index % Math.max(1, shifts.length)] ?? 0);
  }
}

export class VideoSampleSink {
  constructor(private readonly track: Track) {}

  async *samples(): AsyncGenerator<Picture, void> {
    if (await this.track.decode(0)) yield new Picture(this.track.input, 0);
  }

  async *samplesAtTimestamps(times: readonly number[]): AsyncGenerator<Picture | null, void> {
    for (const [index, time] of times.entries()) {
      if (!(await this.track.decode(index))) return;
      const shown = this.track.timeOf(index, time);
      // before the first there is none
      yield shown < 0 ? null : new Picture(this.track.input, shown);
    }
  }
}

export class AudioSampleSink {
  constructor(private readonly track: Track) {}

  /** A second each. */
  async *samples(from = 0): AsyncGenerator<Sound, void> {
    for (let index = Math.floor(from); index < READ_SECONDS; index += 1) {
      if (!(await this.track.decode(index))) return;
      yield new Sound(this.track.input, this.track.timeOf(index));
    }
  }
}

export class BlobSource {}
