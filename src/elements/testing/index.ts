/** What tests and the page of all states use; no part of the package's elements. Must not be imported by them. */

export { CANNED_MOMENT } from './canned-apart';
export { CANNED_MEASUREMENT } from './canned-measurement';
export { CannedRecogniser } from './canned-recogniser';
export { CANNED_STATES, type CannedName } from './canned-states';
export { figure } from './figure';
