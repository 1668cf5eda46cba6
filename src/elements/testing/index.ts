/** What tests and the demo page use; no part of the package's elements. Must not be imported by them. */

export { CannedRecogniser } from './canned-recogniser';
export { CANNED_ESTIMATE, CANNED_LABELS, CANNED_STATES, type CannedName } from './canned-states';
export { MemoHarness, type BarReading } from './memo-harness';
