/**
 * Measures a device: how long the model takes to load and each stage to run. Knows of the worker's client and the actor;
 * must not know of elements. Fetched when it is first asked for.
 */

import { MemoError } from '../errors';
import { actorBaseOf, engineOptions, type EngineClient, type RecogniserOptions } from '../recogniser';
import { givenOptions } from '../recogniser/given';
import { WorkerClient } from '../runtime';
import { actorInput, type MeasureInput } from './actor-input';
import { measureWith, type Measurement, type MeasureWishes } from './measure';

export type { MeasureInput } from './actor-input';
export type { Measurement, MeasureWishes } from './measure';
export type { Spread } from './statistics';

export type MeasureOptions = Pick<
  RecogniserOptions,
  'manifestUrl' | 'integrity' | 'assetBase' | 'actorBase' | 'device' | 'allowSoftwareAdapter'
>;

/**
 * Loads the model in a worker of its own, runs it for ten seconds' worth of the actor, and lets it go. Nothing else should
 * compute meanwhile. Rejects with the MemoError of what failed, or `aborted`.
 * @param input what is looked at and heard; the actor, which needs a page, unless given
 */
export async function measure(
  options: MeasureOptions,
  wishes: MeasureWishes & { readonly input?: MeasureInput } = {},
): Promise<Measurement> {
  const checked = givenOptions(options);
  const engine = engineOptions(checked);
  const signal = wishes.signal ?? new AbortController().signal;
  const input = wishes.input ?? (await actorInput(actorBaseOf(checked), signal));
  if (signal.aborted) throw new MemoError('aborted', 'The measurement was cut short.', 'Measure again.');
  const client: EngineClient = new WorkerClient();
  return measureWith(engine, { client, input }, { ...wishes, signal });
}
