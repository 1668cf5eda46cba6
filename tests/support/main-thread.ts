/** What the page's main thread does, task by task, from Chromium's own trace. */

import type { Page } from '@playwright/test';

export interface Task {
  /** Milliseconds of the processor; wall time would count what other programs take from a busy machine. */
  readonly cpuMs: number;
  /** The longest parts of it, for a message that can be read. */
  readonly parts: readonly string[];
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Microseconds of the thread itself. */
  readonly tdur?: number;
  readonly args: { readonly name?: string; readonly data?: { readonly url?: string; functionName?: string } };
}

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];

/** All tasks of the main threads of pages (one page, one such thread) while `during` goes on, longest first. */
export async function tasksDuring(page: Page, during: () => Promise<unknown>): Promise<Task[]> {
  const browser = page.context().browser();
  if (browser === null) throw new RangeError('the page has no browser to trace');
  await browser.startTracing(page, { categories: CATEGORIES });
  await during();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const key = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args.name === 'CrRendererMain';
  const mains = new Set(traceEvents.filter(isMain).map(key));
  const events = traceEvents.filter((event) => event.tdur !== undefined && mains.has(key(event)));
  const tasks = events.filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask');
  return tasks
    .map((task) => ({ cpuMs: (task.tdur ?? 0) / 1000, parts: partsOf(task, events) }))
    .sort((a, b) => b.cpuMs - a.cpuMs);
}

function partsOf(task: TraceEvent, events: readonly TraceEvent[]): string[] {
  if ((task.tdur ?? 0) < 10_000) return [];
  const end = task.ts + (task.dur ?? 0);
  return events
    .filter(({ ts, tid, pid }) => ts >= task.ts && ts < end && tid === task.tid && pid === task.pid)
    .sort((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0))
    .slice(0, 8)
    .map(({ name, tdur = 0, args: { data } }) =>
      [name, data?.functionName ?? '', data?.url ?? '', `${(tdur / 1000).toFixed(1)} ms`].join(' '),
    );
}
