/** The files of a bundle that a load needs, in the order of its stages: the face's, the voice's, those of what fuses. */

import { MemoError, type ErrorCode } from '../errors';
import type { Bundle, Bytes } from './bundle';
import { parseJson } from './checked-files';
import { parseGolden } from './golden';
import { canRun, rolesOf, type GraphChoice, type GraphPlan, type PlanRole, type Target } from './graph-plan';
import type { LoadProgress } from './load-progress';
import type { BundleFile, GoldenVectors, GraphRole } from './manifest';
import { graphsOf } from './manifest-files';

export interface GraphContent extends GraphChoice {
  readonly bytes: Bytes;
}

const FETCH_FAULTS: ReadonlySet<ErrorCode> = new Set(['file-missing', 'model-integrity']);

export class BundleContents {
  readonly #bundle: Bundle;
  readonly #progress: LoadProgress;
  /** By path; a file is asked for once. */
  readonly #arriving = new Map<string, Promise<Bytes>>();
  #golden: Promise<GoldenVectors> | null = null;
  #whole: Promise<void> = Promise.resolve();

  constructor(bundle: Bundle, progress: LoadProgress) {
    this.#bundle = bundle;
    this.#progress = progress;
  }

  /**
   * Fetches what `plan` needs: each stage's files together, one stage after the other, so that the first can run while the others come.
   * @param beside what else a stage needs, fetched at the same time
   */
  begin(plan: GraphPlan, beside: (role: GraphRole) => Promise<void>): void {
    const stages = stagesOf(this.#bundle, plan);
    const arrival = this.#progress.expect(sum(stages.flatMap(({ files }) => files)));
    let arrived = 0;
    let turn: Promise<unknown> = Promise.resolve();
    for (const { role, files } of stages) {
      const load = async () => {
        const base = arrived;
        arrived += sum(files);
        return this.#bundle.fetch(files, (bytes, item) => arrival.fetched(base + bytes, item));
      };
      const contents = turn.then(load);
      const others = turn.then(() => beside(role));
      turn = Promise.all([contents, others]);
      for (const [place, { path }] of files.entries()) {
        // what is beside it is as much part of the stage
        this.#keep(
          path,
          Promise.all([contents, others]).then(([loaded]) => there(loaded[place])),
        );
      }
    }
    this.#whole = turn.then(() => this.#bundle.settle());
    this.#whole.catch(() => undefined); // told to whoever waits for a file
  }

  /** All of it has come, and is kept: the next load needs no network. */
  get whole(): Promise<void> {
    return this.#whole;
  }

  /** @throws MemoError `file-missing`, `model-integrity`; `manifest-invalid` where its golden vectors are not */
  async graph(choice: GraphChoice): Promise<GraphContent> {
    return { ...choice, bytes: await this.#file(choice.file) };
  }

  /** @throws MemoError `file-missing`, `model-integrity`, `manifest-invalid` */
  golden(): Promise<GoldenVectors> {
    const { manifest } = this.#bundle;
    this.#golden ??= this.#file(manifest.golden).then((bytes) => parseGolden(bytes, graphsOf(manifest)));
    return this.#golden;
  }

  /** @throws MemoError `file-missing`, `model-integrity`, `manifest-invalid` */
  async tokenizer(): Promise<{ readonly tokenizer: unknown; readonly config: unknown }> {
    const { tokenizer, tokenizerConfig } = this.#bundle.manifest.text;
    const [pieces, config] = await Promise.all([this.#file(tokenizer), this.#file(tokenizerConfig)]);
    const json = (bytes: Bytes, { path }: BundleFile) => parseJson(bytes, `The bundle's file ${path}`);
    return { tokenizer: json(pieces, tokenizer), config: json(config, tokenizerConfig) };
  }

  /**
   * `plan` instead of `before`: what differs is fetched. Where that fails, what is here already will do if it can run there.
   * @throws MemoError `file-missing`, `model-integrity`
   */
  async change(
    before: GraphPlan,
    plan: GraphPlan,
    target: Target,
  ): Promise<{
    readonly plan: GraphPlan;
    /** Why a graph of the plan was not to be had, and one that was here already stands in. */
    readonly missed: readonly MemoError[];
  }> {
    const missed: MemoError[] = [];
    const changed: Partial<Record<PlanRole, GraphChoice>> = {};
    for (const role of rolesOf(plan)) {
      // of one manifest, and so with the same roles
      const [wanted, here] = [plan[role], before[role]];
      if (wanted === undefined || here === undefined || wanted.file.path === here.file.path) continue;
      const arrival = this.#progress.expect(wanted.file.bytes);
      try {
        await this.#fetch(wanted.file, arrival.fetched);
      } catch (error) {
        if (!(error instanceof MemoError) || !FETCH_FAULTS.has(error.code)) throw error;
        if (!canRun(here, target)) throw error;
        arrival.giveUp();
        missed.push(error);
        changed[role] = here;
      }
    }
    return { plan: { ...plan, ...changed }, missed };
  }

  /** Nothing more is asked for: the files go out of memory. */
  drop(): void {
    this.#arriving.clear();
  }

  #file(file: BundleFile): Promise<Bytes> {
    return this.#arriving.get(file.path) ?? this.#fetch(file, () => undefined);
  }

  #fetch(file: BundleFile, onBytes: (bytes: number, item: string) => void): Promise<Bytes> {
    this.#progress.step('fetch', file.path);
    return this.#keep(
      file.path,
      this.#bundle.fetch([file], onBytes).then(([bytes]) => there(bytes)),
    );
  }

  #keep(path: string, bytes: Promise<Bytes>): Promise<Bytes> {
    bytes.catch(() => undefined); // nobody may come to ask for it
    this.#arriving.set(path, bytes);
    return bytes;
  }
}

/** The first needs what every graph is compared with. */
function stagesOf(
  { manifest }: Bundle,
  plan: GraphPlan,
): { role: GraphRole; files: readonly BundleFile[] }[] {
  const { tokenizer, tokenizerConfig } = manifest.text;
  const { face, frames, voice, fusion } = plan;
  return [
    { role: 'face', files: [manifest.golden, face.file] },
    { role: 'voice', files: [...(frames === undefined ? [] : [frames.file]), voice.file] },
    { role: 'fusion', files: [tokenizer, tokenizerConfig, fusion.file] },
  ];
}

function sum(files: readonly BundleFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

function there(bytes: Bytes | undefined): Bytes {
  if (bytes === undefined) throw new RangeError('fewer files than were asked for');
  return bytes;
}
