/** The same graphs by onnxruntime-node, on one thread or by its WebGPU: what the machine could do without a browser. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BENCH } from './serve.mjs';
import { filesOf, fill, MATMUL } from './graphs.mjs';

/**
 * @param {'cpu' | 'webgpu'} provider the second over Vulkan, where the machine has a GPU
 * @returns {(name: string) => Promise<{ run: () => Promise<number> }>} null where it is not installed
 */
export function nativeContestants(bundle, manifest, provider = 'cpu') {
  const require = createRequire(join(BENCH, 'package.json'));
  if (!existsSync(join(BENCH, 'node_modules', 'onnxruntime-node'))) return null;
  const ort = require('onnxruntime-node');
  return async (name) => {
    const file = filesOf(manifest).find(({ title }) => name === `native graph ${title}`);
    const graph = file ?? MATMUL;
    const path = file ? join(bundle, file.path) : join(BENCH, 'matmul512.onnx');
    const session = await ort.InferenceSession.create(readFileSync(path), {
      executionProviders: [provider],
      ...{ intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 },
    });
    const feeds = Object.fromEntries(
      Object.entries(graph.inputs).map(([key, input]) => {
        const { type, data, dims } = fill(input);
        return [key, new ort.Tensor(type, data, dims)];
      }),
    );
    const run = async () => {
      const began = performance.now();
      await session.run(feeds, graph.outputs ?? session.outputNames);
      return performance.now() - began;
    };
    return { run };
  };
}
