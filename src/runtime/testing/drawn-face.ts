/** A face in every frame, looked at by the graph it is given; on a GPU its features stay in a ring, as `GpuFace` keeps them. */

import type { FaceEncoding } from '../../encoders';
import type { FeatureStore } from '../../memobert/feature-store';
import { momentMissing } from '../../memobert/moment';
import type { Graph } from '../graph';
import type { FaceLooker } from '../load';

class Ring implements FeatureStore {
  open = true;
  written = 0;

  input(rows: readonly (readonly number[])[], places: number) {
    const dims = [rows.length, places, 3];
    const fill = () => new Float32Array(rows.length * places * 3) as unknown as GPUBuffer;
    return { type: 'float32', dims, fill } as const;
  }

  async read(ids: readonly number[]): Promise<Float32Array> {
    if (!this.open) throw momentMissing();
    return new Float32Array(ids.length * 3);
  }
}

/** What all forks share. */
export class DrawnFaces {
  readonly rings: Ring[] = [];
  closes = 0;

  constructor(
    readonly graph: Graph,
    /** Its detector cannot be closed. */
    readonly stuck: boolean,
  ) {}

  close(): void {
    this.closes += 1;
    for (const ring of this.rings) ring.open = false;
  }
}

const FACES = { type: 'float32', dims: [1, 1, 2, 2] } as const;

export class DrawnFace implements FaceLooker {
  #ring: Ring | null = null;

  constructor(private readonly all: DrawnFaces) {}

  async encode(_frame: unknown, time: number): Promise<FaceEncoding> {
    const face = { box: { x: 1, y: 2, width: 3, height: 4 }, score: 0.9, followed: true, expression: [1, 0] };
    const answer = { time, faces: [face], frameWidth: 8, frameHeight: 6, latency: { detect: 5 } };
    return { answer, feature: await this.#look(), turned: false };
  }

  fork(): DrawnFace {
    return new DrawnFace(this.all);
  }

  follow(): void {}

  reset(): void {}

  release(): void {
    if (this.#ring !== null) this.#ring.open = false;
    this.#ring = null;
  }

  close(): void {
    this.all.close();
    if (this.all.stuck) throw new Error('the detector cannot be closed');
  }

  async #look(): Promise<FaceEncoding['feature']> {
    const { gpu } = this.all.graph;
    if (gpu === undefined) {
      const { features } = await this.all.graph.run({ faces: { ...FACES, data: new Float32Array(4) } });
      return features?.data as Float32Array;
    }
    const fill = () => new Float32Array(4) as unknown as GPUBuffer;
    return gpu.run({ faces: { ...FACES, fill } }, () => {
      const ring = (this.#ring ??= this.#newRing());
      return Promise.resolve({ store: ring, id: ring.written++ });
    });
  }

  #newRing(): Ring {
    const ring = new Ring();
    this.all.rings.push(ring);
    return ring;
  }
}
