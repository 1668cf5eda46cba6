/** The parts that have something to show once there is an answer: over time, of a run's pace. Fetched then. */

export { MediaPlayer } from './media-player';
export { MemoExport } from './memo-export';
export { MemoRates } from './memo-rates';
export { MemoTimeline } from './memo-timeline';
