/** The last samples of a stream with their times; what the stream left out is silence. */
import { MemoError } from '../../errors';

/** Sample clocks and the source's clock disagree by some ppm and some scheduling: less than this is not a gap. */
const TOLERANCE_S = 0.1;
/** A step back by more than this is a new start (a seek, another file), not a drifting clock. */
const RESTART_S = 0.5;

export class SampleRing {
  readonly #samples: Float32Array<ArrayBuffer>;
  /** Index of the first sample held, and one past the last; they only ever grow, a restart too. */
  #start = 0;
  #end = 0;
  #origin = 0;
  #endTimeS = 0;

  constructor(
    readonly capacity: number,
    readonly rateHz: number,
  ) {
    this.#samples = new Float32Array(capacity);
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** Index of the stream's first sample: where it began, or began anew. At most `start`. */
  get origin(): number {
    return this.#origin;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** Seconds on the source's clock just after the last sample. */
  get endTimeS(): number {
    return this.#endTimeS;
  }

  /** True when samples at `timeS` would not simply follow what is here. */
  breaksAt(timeS: number): boolean {
    return this.length > 0 && Math.abs(timeS - this.#endTimeS) > TOLERANCE_S;
  }

  /**
   * @param samples mono, at `rateHz`
   * @param timeS source's clock at the first of them: a gap is filled with silence, an overlap is cut off, a leap back starts anew
   */
  push(samples: Float32Array, timeS: number): void {
    if (this.length === 0) this.#endTimeS = timeS;
    const gapS = timeS - this.#endTimeS;
    let from = 0;
    if (gapS < -RESTART_S) {
      this.clear();
      this.#endTimeS = timeS;
    } else if (gapS > TOLERANCE_S) {
      this.silenceUntil(timeS);
    } else if (gapS < -TOLERANCE_S) {
      from = Math.min(samples.length, Math.round(-gapS * this.rateHz));
    }
    this.#append(samples.subarray(from));
  }

  /** Silence up to a time; nothing if that has passed. */
  silenceUntil(timeS: number): void {
    const count = Math.round((timeS - this.#endTimeS) * this.rateHz);
    if (this.length === 0 || count <= 0) return;
    if (count >= this.capacity) {
      // All that is left would be silence: then nothing was heard.
      this.clear();
      this.#endTimeS = timeS;
    } else {
      this.#append(new Float32Array(count));
    }
  }

  /** A copy of `count` samples from `index` on; all must be here. */
  read(index: number, count: number): Float32Array<ArrayBuffer> {
    if (index < this.#start || index + count > this.#end) {
      throw new MemoError(
        'internal',
        `Samples ${String(index)}+${String(count)} are not among ${String(this.#start)}..${String(this.#end)}.`,
        'Report it with this message.',
      );
    }
    const copy = new Float32Array(count);
    const at = index % this.capacity;
    const first = Math.min(count, this.capacity - at);
    copy.set(this.#samples.subarray(at, at + first));
    copy.set(this.#samples.subarray(0, count - first), first);
    return copy;
  }

  /** The last `count` samples, or fewer if there are not as many. */
  last(count: number): Float32Array<ArrayBuffer> {
    const available = Math.min(count, this.length);
    return this.read(this.#end - available, available);
  }

  /** Nothing of it is left in memory. */
  clear(): void {
    this.#samples.fill(0);
    this.#start = this.#end;
    this.#origin = this.#end;
  }

  #append(samples: Float32Array): void {
    const kept = samples.subarray(Math.max(0, samples.length - this.capacity));
    this.#end += samples.length;
    this.#endTimeS += samples.length / this.rateHz;
    const at = (this.#end - kept.length) % this.capacity;
    const first = Math.min(kept.length, this.capacity - at);
    this.#samples.set(kept.subarray(0, first), at);
    this.#samples.set(kept.subarray(first), 0);
    this.#start = Math.max(this.#start, this.#end - this.capacity);
  }
}
