/** Runs whose outputs stay on the GPU. Fetched with WebGPU alone. */

import type * as Ort from 'onnxruntime-web';
import type { GraphInputs, GraphOnGpu } from './graph';

/** As much of a graph as this needs. */
export interface TakesTurns {
  /** One run at a time, of all graphs. */
  inTurn<T>(step: () => Promise<T>): Promise<T>;
  /** Ends what a lost device leaves pending, and tells what fails as a MemoError. */
  guarded<T>(work: Promise<T>): Promise<T>;
  outputs(inputs: GraphInputs): Promise<Readonly<Record<string, Ort.Tensor>>>;
}

export function onGpu(device: GPUDevice, graph: TakesTurns): GraphOnGpu {
  return {
    device,
    run: async (inputs, use) => {
      // waiting for what was read is no part of the turn: the next run may begin
      const { answer } = await graph.inTurn(async () => {
        const outputs = await graph.outputs(inputs);
        try {
          const answer = use(
            Object.fromEntries(
              Object.entries(outputs).map(([name, { dims, gpuBuffer }]) => [
                name,
                { dims, buffer: gpuBuffer },
              ]),
            ),
          );
          answer.catch(() => undefined); // told below
          return { answer };
        } finally {
          for (const tensor of Object.values(outputs)) tensor.dispose();
        }
      });
      return graph.guarded(answer);
    },
  };
}
