/** The parts that show and save a run's timeline, fetched when there is one. */

export { MemoExport } from './memo-export';
export { MemoTimeline } from './memo-timeline';
