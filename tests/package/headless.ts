/** The recogniser without any element: a file, and its estimates one by one. */

import { exportTimeline, MemoError, Recogniser, type Estimate } from 'memo-bert';

const recogniser = new Recogniser({
  manifestUrl: './models/small/manifest.json',
  assetBase: './generated/',
  device: 'wasm',
  modalities: ['voice'],
});

/** @returns the estimates of a file, and the length of its CSV */
export async function analyse(address: string): Promise<{ estimates: Estimate[]; csv: string }> {
  const blob = await (await fetch(address)).blob();
  await recogniser.startFile(blob, address);
  const estimates: Estimate[] = [];
  for await (const estimate of recogniser) estimates.push(estimate);
  return { estimates, csv: await exportTimeline(recogniser.state.timeline, 'csv').text() };
}

export const codeOf = (error: unknown): string => MemoError.from(error).code;
Object.assign(window, { analyse, codeOf });
