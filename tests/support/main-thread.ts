/** What the page's main thread does, task by task, from Chromium's own trace. */

import type { Page } from '@playwright/test';

export interface Task {
  /** Milliseconds of the processor, without the test's own commands; wall time would count what other programs take. */
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

export interface Tasks {
  /** Longest first, without the one that was put there. */
  readonly own: readonly Task[];
  /** One of more than {@link MOST_MS} that was put there when all else was over: a trace that lacks it saw too little. */
  readonly put: Task | undefined;
}

/** What the browser calls a long task; of processor time, for these tests share their two cores with the model itself. */
export const MOST_MS = 50;

const CATEGORIES = [
  ...['devtools.timeline', 'disabled-by-default-devtools.timeline'],
  // what the test asks of the page, and the mark of what it puts there
  ...['devtools', 'blink.user_timing'],
];
const MARK = 'a task that was put there';
const COMMAND = 'DevToolsSession::DispatchProtocolCommand';
/** What a command may bring about that is the page's: its listeners, and the layout of what they changed. */
const PAGES_OWN = new Set(['EventDispatch', 'FunctionCall', 'UpdateLayoutTree', 'Layout']);
/** Shorter tasks are neither explained nor relieved of the test's own commands: they are never too long. */
const LOOKED_INTO_MS = 10;

/** All tasks of the main threads of pages (one page, one such thread) while `during` goes on. */
export async function tasksDuring(page: Page, during: () => Promise<unknown>): Promise<Tasks> {
  const browser = page.context().browser();
  if (browser === null) throw new RangeError('the page has no browser to trace');
  await browser.startTracing(page, { categories: CATEGORIES });
  await during();
  await page.evaluate(putTask, { ms: MOST_MS, mark: MARK });
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const key = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args.name === 'CrRendererMain';
  const mains = new Set(traceEvents.filter(isMain).map(key));
  const events = traceEvents.filter((event) => event.tdur !== undefined && mains.has(key(event)));
  const tasks = events.filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask');
  const marked = traceEvents.find(({ name }) => name === MARK);
  const isMarked = (task: TraceEvent) => marked !== undefined && within(task, marked);
  const told = (task: TraceEvent): Task => {
    const cpuMs = cpuOf([task]);
    if (cpuMs < LOOKED_INTO_MS) return { cpuMs, parts: [] };
    const inside = events.filter((event) => event !== task && within(task, event));
    return { cpuMs: cpuMs - commandsOf(inside), parts: partsOf(inside) };
  };
  const put = tasks.find(isMarked);
  return {
    own: tasks
      .filter((task) => !isMarked(task))
      .map(told)
      .sort((a, b) => b.cpuMs - a.cpuMs),
    put: put === undefined ? undefined : told(put),
  };
}

/** Runs in the page, in a task of the page's own. */
function putTask({ ms, mark }: { ms: number; mark: string }): Promise<number> {
  return new Promise((resolve) => {
    setTimeout(() => {
      performance.mark(mark);
      let turns = 0;
      // far longer by the wall, of which a busy machine gives a small part
      for (const end = performance.now() + 40 * ms; performance.now() < end;) turns += 1;
      // in a task of its own: a trace that is stopped before this one is over lacks it
      setTimeout(() => {
        resolve(turns);
      });
    });
  });
}

function within(task: TraceEvent, { ts, tid, pid }: TraceEvent): boolean {
  return ts >= task.ts && ts < task.ts + (task.dur ?? 0) && tid === task.tid && pid === task.pid;
}

/** Milliseconds that the test's own commands took: looking for elements, reading, waiting. */
function commandsOf(inside: readonly TraceEvent[]): number {
  const commands = inside.filter(({ name }) => name === COMMAND);
  const own = inside.filter(
    (event) => PAGES_OWN.has(event.name) && commands.some((command) => within(command, event)),
  );
  return cpuOf(outermost(commands)) - cpuOf(outermost(own));
}

function cpuOf(events: readonly TraceEvent[]): number {
  return events.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000;
}

/** Of one thread, whose events lie within one another or apart. */
function outermost(events: readonly TraceEvent[]): TraceEvent[] {
  const inOrder = events.toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  return inOrder.reduce<TraceEvent[]>((found, event) => {
    const last = found.at(-1);
    return last !== undefined && within(last, event) ? found : [...found, event];
  }, []);
}

function partsOf(inside: readonly TraceEvent[]): string[] {
  return inside
    .toSorted((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0))
    .slice(0, 8)
    .map(({ name, tdur = 0, args: { data } }) =>
      [name, data?.functionName ?? '', data?.url ?? '', `${(tdur / 1000).toFixed(1)} ms`].join(' '),
    );
}
