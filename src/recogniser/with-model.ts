/**
 * What only works on estimates, and so has nothing to do before a model is there: fetched while the first one loads
 * (see `loader.ts`), so that no page carries it before somebody starts.
 */

export { Adapter } from './adaptation/adapter';
export { adaptedAgain } from './adapted-again';
export { earlyLoop } from './early-loop';
export { finished } from './finished';
export { Loop } from './loop';
export { bringPrompt, changePrompt } from './prompter';
export { Recorder } from './recorder';
export { askedFor, givenBy, recordingOf, watching } from './run-with-model';
