/** Phase and conditions, told from the facts alone: no caller sets a phase, so none can show one that does not hold. */

import type { MemoError } from '../errors';
import type { LoadStep } from '../runtime/progress';
import type { BackendReport } from '../runtime/protocol';
import type { Page } from './page';
import type { Run } from './run';
import { CONDITIONS, type Condition, type Phase } from './state';

export interface Facts {
  readonly error: MemoError | null;
  readonly run:
    | (Pick<Run, 'kind' | 'stage' | 'conditions' | 'awaitsModel'> &
        Partial<Pick<Run, 'runsHidden' | 'mending'>>)
    | null;
  /** The load's furthest step: graphs are compiled and warmed up in turn, and a phase should not swing with them. */
  readonly step: LoadStep | null;
  readonly backend: BackendReport | null;
  /** It was asked for by itself, without a run. */
  readonly loading: boolean;
  /** A load failed without a network, and waits for one. */
  readonly awaitsNetwork?: boolean;
  readonly page: Pick<Page, 'hidden' | 'online'>;
}

export function phaseOf({ error, run, step, loading, page }: Facts): Phase {
  const loadPhase = step === null || step === 'fetch' || step === 'compile' ? 'loading' : 'warming';
  // of a file that could not be opened beside what runs, it ends nothing
  if (run === null) return error !== null ? 'error' : loading ? loadPhase : 'idle';
  if (run.stage === 'asking') return 'asking';
  // a text alone is answered in an instant: no phase worth showing once the model is there
  if (run.kind === 'text' && !run.awaitsModel) return 'idle';
  if (run.stage === 'waiting') {
    if (run.awaitsModel) return loadPhase;
    // only the source is still on its way: tracks just granted take no time, a file is read
    return run.kind === 'devices' ? 'asking' : 'loading';
  }
  return page.hidden && run.runsHidden !== true ? 'paused' : 'listening';
}

/** In the order of {@link CONDITIONS}. */
export function conditionsOf({ run, backend, page, awaitsNetwork }: Facts): readonly Condition[] {
  const held = new Set<Condition>(run?.conditions ?? []);
  if (backend?.name === 'wasm' && !backend.forced) held.add('cpu-fallback');
  if (!page.online) held.add('offline');
  if (awaitsNetwork === true) held.add('awaiting-network');
  if (run?.mending === true) held.add('recovering');
  return CONDITIONS.filter((condition) => held.has(condition));
}

const ORDER: readonly LoadStep[] = ['fetch', 'compile', 'warm-up', 'verify', 'ready'];

export function furthest(before: LoadStep | null, now: LoadStep): LoadStep {
  return before !== null && ORDER.indexOf(before) > ORDER.indexOf(now) ? before : now;
}
