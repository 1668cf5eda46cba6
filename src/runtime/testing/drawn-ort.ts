/** ONNX Runtimes whose work ends when the test says so, well or badly, and that keep account of the sessions they made. */

import type { Backend } from '../../memobert/estimate';
import type { Graph, GraphInputs } from '../graph';
import { OrtRuntime, type OrtParts } from '../ort-graph';
import { toyMaker, type ToyFaults } from './toy-bundle';

/** A toy's graphs are a byte each, but for a file of MEmoBERT that can do without something. */
const NAMES = ['', 'denseface', 'wav2vec2', 'memobert', 'speech-gate', 'denseface-light', 'memobert-heads'];

export interface MadeSession {
  readonly name: string;
  /** Of what it was made. */
  readonly file: string;
  readonly context: Context;
  released: number;
  /** In which turn of the test. */
  releasedAt: number;
}

/** One runtime, as each backend has its own. */
export interface Context {
  readonly backend: Backend;
  /** Sessions of one context cannot run, nor be made, at once. */
  busy: boolean;
  lost: boolean;
  lose: () => void;
}

interface Work {
  readonly context: Context;
  readonly end: () => void;
  readonly fail: () => void;
}

interface Tensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

export class DrawnOrts {
  readonly sessions: MadeSession[] = [];
  readonly contexts: Context[] = [];
  readonly wrong: string[] = [];
  readonly tensors = new Set<object>();
  /** A session of this name cannot be released. */
  stuck: string | null = null;
  /** The GPU is gone; whoever asks for it from then on gets none. */
  lost = false;
  turn = 0;
  readonly #under: Work[] = [];
  readonly #making = new Set<{ readonly file: string; readonly context: Context }>();
  readonly #faults: { -readonly [K in keyof ToyFaults]: ToyFaults[K] };

  constructor(faults: ToyFaults) {
    this.#faults = { ...faults };
  }

  get waiting(): number {
    return this.#under.length;
  }

  maker(backend: Backend): OrtRuntime {
    const context: Context = { backend, busy: false, lost: false, lose: () => undefined };
    this.contexts.push(context);
    const gpuBuffers = backend === 'webgpu' ? () => ({ buffers: 0, bytes: 0 }) : undefined;
    return new OrtRuntime(this.#parts(context), gpuBuffers);
  }

  end(): void {
    this.#under.shift()?.end();
  }

  fail(): void {
    this.#under.shift()?.fail();
  }

  /** What runs on the GPU never ends; the making of a first graph does: nobody has its device before. */
  lose(): void {
    this.lost = true;
    const onGpu = this.contexts.filter(({ backend, lost }) => backend === 'webgpu' && !lost);
    for (const context of onGpu) {
      context.lost = true;
      context.lose();
      if (!this.sessions.some((session) => session.context === context)) continue;
      context.busy = false;
      for (let at = this.#under.length - 1; at >= 0; at -= 1)
        if (this.#under[at]?.context === context) this.#under.splice(at, 1);
    }
  }

  mend(): void {
    this.#faults.wrong = undefined;
    this.stuck = null;
  }

  /** Files of which more than one session is open, or being made. */
  get twice(): string[] {
    const open = this.sessions.filter(({ released }) => released === 0).map(({ file }) => file);
    const making = [...this.#making].filter(({ context }) => !context.lost).map(({ file }) => file);
    const all = [...open, ...making];
    return all.filter((file, at) => all.indexOf(file) !== at);
  }

  #parts(context: Context): OrtParts {
    const { tensors } = this;
    class OrtTensor implements Tensor {
      constructor(
        readonly type: string,
        readonly data: unknown,
        readonly dims: readonly number[],
        readonly location = 'cpu',
      ) {
        tensors.add(this);
      }
      static fromGpuBuffer(data: unknown, { dims }: { dims: readonly number[] }) {
        return new OrtTensor('float32', data, dims, 'gpu-buffer');
      }
      get gpuBuffer(): unknown {
        return this.data;
      }
      getData(): Promise<unknown> {
        return Promise.resolve(this.data);
      }
      dispose(): void {
        tensors.delete(this);
      }
    }
    const lost = new Promise((lose) => {
      context.lose = () => lose({ reason: 'unknown', message: 'unplugged' });
    });
    const env: { webgpu: { device?: object } } = { webgpu: {} };
    const create = async (bytes: Uint8Array, { preferredOutputLocation: at }: Record<string, string>) => {
      if (this.lost && context.backend === 'webgpu' && env.webgpu.device === undefined && !context.lost)
        throw new Error('no available backend found. ERR: [webgpu] no adapter');
      const name = NAMES[bytes[0] ?? 0] ?? 'memobert';
      const file = bytes.join();
      const making = { file, context };
      this.#making.add(making);
      const graph = await this.#work(context, () => {
        env.webgpu.device ??= { lost };
        // with the faults there are now
        return toyMaker(this.#faults).create(name, bytes, context.backend);
      }).finally(() => this.#making.delete(making));
      const session: MadeSession = { name, file, context, released: 0, releasedAt: 0 };
      // what comes of a GPU that is gone is nobody's
      if (!context.lost) this.sessions.push(session);
      const made = (tensor: Tensor) => new OrtTensor(tensor.type, tensor.data, tensor.dims, at);
      return {
        run: (feeds: GraphInputs) => this.#run(session, graph, feeds, made),
        release: () => this.#release(session),
      };
    };
    return { InferenceSession: { create }, Tensor: OrtTensor, env } as unknown as OrtParts;
  }

  async #run(session: MadeSession, graph: Graph, feeds: GraphInputs, made: (tensor: Tensor) => Tensor) {
    if (session.released > 0) this.wrong.push(`a run of ${session.name} after its release`);
    const answers = await this.#work(session.context, () => graph.run(feeds));
    return Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, made(answer)]));
  }

  #release(session: MadeSession): Promise<void> {
    session.released += 1;
    session.releasedAt = this.turn;
    if (session.context.busy) this.wrong.push(`${session.name} was released while it ran`);
    if (session.released > 1) this.wrong.push(`${session.name} was released again`);
    return session.name === this.stuck ? Promise.reject(new Error('ERROR_CODE: 1')) : Promise.resolve();
  }

  #work<T>(context: Context, make: () => Promise<T>): Promise<T> {
    if (context.busy) this.wrong.push('two things at once of one context');
    context.busy = true;
    const done = () => {
      context.busy = false;
    };
    return new Promise((resolve, reject) => {
      this.#under.push({
        context,
        end: () => {
          done();
          make().then(resolve, reject);
        },
        fail: () => {
          done();
          reject(new Error('ERROR_CODE: 1, ERROR_MESSAGE: odd'));
        },
      });
    });
  }
}
