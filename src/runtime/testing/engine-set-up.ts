/** A worker's engine on a toy bundle, with a face in every frame. */

import type { FaceEncoding } from '../../encoders';
import type { Box } from '../../memobert/estimate';
import { Engine } from '../engine';
import type { FaceLooker, LoadParts } from '../load';
import type { Progress } from '../progress';
import type { EngineOptions, FaceAnswer } from '../protocol';
import type { Session } from '../session';
import {
  ASSET_BASE,
  MANIFEST_URL,
  making,
  toyBundle,
  toyMaker,
  type ToyBundle,
  type ToyFaults,
} from './toy-bundle';

export const OPTIONS: EngineOptions = {
  manifestUrl: MANIFEST_URL,
  assetBase: ASSET_BASE,
  device: 'auto',
  allowSoftwareAdapter: false,
};

const GPU = {
  requestAdapter: () =>
    Promise.resolve({
      info: { vendor: 'acme', architecture: 'x', device: '', description: '' },
      features: new Set() as GPUSupportedFeatures,
    } as GPUAdapter),
};

/** A face in every frame unless the test says so, and encoding that waits where it says so. */
export class FakeFace implements FaceLooker {
  closed = false;
  resets = 0;
  followed: Box | null = null;
  turned = false;
  gate: Promise<void> = Promise.resolve();
  light = { brightness: 120, contrast: 50 };
  away = false;

  async encode(_frame: unknown, time: number): Promise<FaceEncoding> {
    await this.gate;
    const frame = { time, frameWidth: 8, frameHeight: 6, latency: { detect: 5 } };
    if (this.away) return { answer: { ...frame, faces: [] }, feature: null, turned: this.turned };
    const faces = [
      { box: { x: 1, y: 2, width: 3, height: 4 }, score: 0.9, followed: true, expression: [1, 0] },
    ];
    const answer: FaceAnswer = { ...frame, faces, light: this.light };
    return { answer, feature: Float32Array.of(1, 2, 3), turned: this.turned };
  }

  fork(): FakeFace {
    return this;
  }

  follow(box: Box): void {
    this.followed = box;
  }

  reset(): void {
    this.resets += 1;
  }

  close(): void {
    this.closed = true;
  }
}

export interface Setup {
  /** The worker's whole; `engine` is its first session. */
  readonly whole: Engine;
  readonly engine: Session;
  readonly toy: ToyBundle;
  readonly maker: ReturnType<typeof toyMaker>;
  readonly face: FakeFace;
  readonly told: Progress[];
}

export async function setUp({ gpu = false, ...faults }: ToyFaults & { gpu?: boolean } = {}): Promise<Setup> {
  const toy = await toyBundle();
  const maker = toyMaker(faults);
  const face = new FakeFace();
  const told: Progress[] = [];
  const parts: LoadParts = {
    fetch: toy.fetch,
    caches: null,
    engineFiles: toy.engineFiles,
    host: { gpu: gpu ? GPU : null, isolated: false, cores: 2 },
    createMaker: making(maker),
    createFace: () => Promise.resolve(face),
  };
  const whole = new Engine((progress) => told.push(progress), parts);
  return { whole, engine: whole.session(0), toy, maker, face, told };
}

export async function loaded(): Promise<Setup> {
  const setup = await setUp();
  await setup.engine.load(OPTIONS);
  return setup;
}

export function newFrame(): ImageBitmap & { closed: boolean } {
  return {
    closed: false,
    width: 8,
    height: 6,
    close() {
      this.closed = true;
    },
  };
}

export function newGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A second of speech, as the toy's gate takes it. */
export const speech = (time = 0) => ({
  samples: new Float32Array(16000).fill(0.5),
  sampleRateHz: 16000,
  time,
});
