/** All files that this device needs to run a bundle, with or without a network: whether they are here, and fetching them ahead. */

import { chooseBackend, type Host } from './backends';
import { Bundle, type BundleParts } from './bundle';
import { EngineFiles, type EngineFileList, type EngineFileName } from './engine-files';
import { engineFilesFor } from './engine-files-for';
import { choose, rolesOf, type Target } from './graph-plan';
import { HEADS_GRAPH, type BundleFile, type Manifest } from './manifest';
import { planFor } from './plan';
import type { EngineOptions } from './protocol';
import type { Backend } from '../memobert/estimate';

/** What a test replaces. */
export interface DeviceFilesParts extends Partial<BundleParts> {
  readonly host?: Host;
  readonly engineFiles?: EngineFileList;
}

export class DeviceFiles {
  private constructor(
    /** Whose files they are: another backend's are not fetched. */
    readonly backend: Backend,
    private readonly bundle: Bundle,
    private readonly files: readonly BundleFile[],
    private readonly engine: EngineFiles,
    private readonly engineNames: readonly EngineFileName[],
  ) {}

  /**
   * The manifest comes from the network, else from the device.
   * @throws MemoError as `load` does: for the backend, the manifest, its integrity
   */
  static async of(options: EngineOptions, parts: DeviceFilesParts = {}): Promise<DeviceFiles> {
    const { host, engineFiles, ...bundleParts } = parts;
    const { manifestUrl: url, integrity = null, assetBase } = options;
    const [wished, bundle] = await Promise.all([
      chooseBackend(options, host),
      Bundle.open({ url, integrity }, bundleParts),
    ]);
    const { choice, plan } = planFor(bundle.manifest, wished);
    const { text, golden } = bundle.manifest;
    const files = [
      ...[text.tokenizer, text.tokenizerConfig, golden],
      ...rolesOf(plan).flatMap((role) => plan[role]?.file ?? []),
      ...playgroundFiles(bundle.manifest, choice),
    ];
    const engine = new EngineFiles(assetBase, bundleParts, engineFiles);
    return new DeviceFiles(choice.name, bundle, files, engine, engineFilesFor(choice.name));
  }

  get bytes(): number {
    return sum(this.files) + this.engine.bytesOf(this.engineNames);
  }

  /** Of those that are not on this device; what lies there is not read. */
  async missingBytes(): Promise<number> {
    const [files, names] = await Promise.all([
      this.bundle.missing(this.files),
      this.engine.missing(this.engineNames),
    ]);
    return sum(files) + this.engine.bytesOf(names);
  }

  /**
   * Fetches what is missing, and checks what is not.
   * @param onBytes of {@link bytes}; never falls
   * @throws MemoError `file-missing`, `model-integrity`; what came before stays
   */
  async keep(onBytes: (loadedBytes: number) => void): Promise<void> {
    let fromBundle = 0;
    let fromEngine = 0;
    const halves = await Promise.allSettled([
      this.bundle.load(this.files, (bytes) => onBytes((fromBundle = bytes) + fromEngine)),
      this.engine.load(this.engineNames, (bytes) => onBytes(fromBundle + (fromEngine = bytes))),
    ]);
    // only now: who tries again would fetch beside the half that is still on its way
    for (const half of halves) if (half.status === 'rejected') throw half.reason;
  }
}

/** What the playground fetches when somebody comes to it; a bundle without it still does the rest. */
function playgroundFiles(manifest: Manifest, target: Target): BundleFile[] {
  if (manifest.graphs[HEADS_GRAPH] === undefined) return [];
  try {
    return [choose(manifest, HEADS_GRAPH, target).file];
  } catch {
    return [];
  }
}

function sum(files: readonly BundleFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
