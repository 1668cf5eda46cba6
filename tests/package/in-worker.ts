/** The recogniser in a worker of somebody else's, whose types know no page. */

import { Recogniser, type Estimate } from 'memo-bert';

const recogniser = new Recogniser({
  manifestUrl: '/models/small/manifest.json',
  assetBase: '/generated/',
  modalities: ['voice'],
});

export async function hear(samples: Float32Array<ArrayBuffer>): Promise<Estimate | null> {
  await recogniser.startPush({ face: false });
  recogniser.pushSamples(samples, 16_000, 0);
  recogniser.endPush();
  for await (const estimate of recogniser) return estimate;
  return null;
}
