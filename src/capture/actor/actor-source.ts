/** The built-in actor as a source: a drawn face on a canvas and recorded lines, through the same way as any MediaStream. */

import { MemoError } from '../../errors';
import { onPage, PLAY_AGAIN } from '../../page-events';
import type { TimedText } from '../words/timed-text';
import type { Source } from '../source';
import { StreamSource } from '../stream-source';
import { REMEMBERED_SECONDS } from '../words/word-source';
import { ACTOR_HEIGHT, ACTOR_WIDTH, drawActor } from './draw';
import { expressionAt, lineBetween, SCENES, timed, type TimedScene } from './script';
import { loadSpeech, voiceAt, type Speech } from './speech';

export interface ActorOptions {
  /** Folder with the recorded lines; ends with a slash. */
  readonly base: string;
  /** Also plays the voice on the speakers. */
  readonly audible: boolean;
}

const FRAMES_PER_SECOND = 20;

/** Opens at rest: the face blinks and breathes, the script begins with `setRunning(true)`. */
export async function openActor(options: ActorOptions, signal: AbortSignal): Promise<Source> {
  const audio = new AudioContext();
  let source: ActorSource | null = null;
  try {
    const scenes = timed(SCENES);
    source = new ActorSource({ audio, scenes, canvas: stage() }, options.audible);
    // its graph and the microphone's both begin now: WebKit lets those run that are made within seconds of the click
    const [speech] = await Promise.all([
      loadSpeech(options.base, SCENES, audio, signal),
      source.open(signal),
    ]);
    source.learn(speech);
    return source;
  } catch (error) {
    source?.close();
    void audio.close().catch(() => undefined); // a second time
    throw MemoError.from(error);
  }
}

interface Parts {
  readonly audio: AudioContext;
  readonly scenes: readonly TimedScene[];
  readonly canvas: { readonly element: HTMLCanvasElement; readonly context: CanvasRenderingContext2D };
}

class ActorSource extends StreamSource {
  readonly #parts: Parts;
  readonly #voice: GainNode;
  #speech: Speech = new Map();
  readonly #timer: ReturnType<typeof setInterval>;
  /** Seconds of the script played before the present stretch, and when that began (source's clock); null at rest. */
  #played = 0;
  #since: number | null = null;
  #drawn = 0;
  #said: TimedText[] = [];
  readonly #leave = new AbortController();

  constructor(parts: Parts, audible: boolean) {
    const { audio, canvas } = parts;
    const out = audio.createMediaStreamDestination();
    super('actor', {
      camera: canvas.element.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0] ?? null,
      microphone: out.stream.getAudioTracks()[0] ?? null,
    });
    this.#parts = parts;
    this.#voice = audio.createGain();
    this.#voice.connect(out);
    if (audible) this.#voice.connect(audio.destination);
    this.#draw();
    this.#timer = setInterval(() => this.#play(), 1000 / FRAMES_PER_SECOND);
    onPage(PLAY_AGAIN, this.#sound, this.#leave.signal);
  }

  /** Its lines, before it first runs. */
  learn(speech: Speech): void {
    this.#speech = speech;
  }

  setRunning(running: boolean): void {
    if (running === (this.#since !== null)) return;
    const { audio } = this.#parts;
    if (audio.state === 'closed') return;
    if (running) {
      this.#since = this.now();
      this.#sound();
    } else {
      this.#played = this.#scriptSeconds();
      this.#since = null;
      void audio.suspend().catch(() => undefined); // rejects only when closed meanwhile
    }
  }

  override close(): void {
    clearInterval(this.#timer);
    this.#leave.abort();
    void this.#parts.audio.close().catch(() => undefined); // a second time
    super.close();
  }

  /** Until audio is allowed the face acts silently. WebKit allows it for some seconds after a click, and a wish of before is not granted later. */
  readonly #sound = (): void => {
    const { audio } = this.#parts;
    if (this.#since !== null && audio.state !== 'closed') void audio.resume().catch(() => undefined);
  };

  #scriptSeconds(): number {
    return this.#since === null ? this.#played : this.#played + this.now() - this.#since;
  }

  #play(): void {
    const before = this.#drawn;
    this.#draw();
    const scene = lineBetween(this.#parts.scenes, before, this.#drawn);
    if (scene !== null) this.#say(scene);
  }

  #draw(): void {
    const { scenes, canvas } = this.#parts;
    const seconds = this.#scriptSeconds();
    const voice = this.#since === null ? 0 : voiceAt(scenes, this.#speech, seconds);
    drawActor(canvas.context, expressionAt(scenes, seconds), this.now(), voice);
    this.#drawn = seconds;
  }

  #say(scene: TimedScene): void {
    const sound = this.#speech.get(scene.expression)?.sound;
    if (sound === undefined) return;
    const node = this.#parts.audio.createBufferSource();
    node.buffer = sound;
    node.connect(this.#voice);
    node.start();
    const start = this.now();
    this.#said = this.#said.filter(({ end }) => end > start - REMEMBERED_SECONDS);
    this.#said.push({ text: scene.line, start, end: start + sound.duration });
    this.emitter.emit('words', [...this.#said]);
  }
}

function stage(): Parts['canvas'] {
  const element = document.createElement('canvas');
  element.width = ACTOR_WIDTH;
  element.height = ACTOR_HEIGHT;
  const context = element.getContext('2d');
  if (context === null) {
    throw new MemoError(
      'capture-unsupported',
      'The actor cannot be drawn: this browser gives no canvas.',
      'Use a camera or a file, or another browser.',
    );
  }
  return { element, context };
}
