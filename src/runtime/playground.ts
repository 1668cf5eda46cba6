/** What takes a moment apart, fetched when somebody takes one: see `load.ts`. */

export { Masking } from '../memobert/masking';
export { playgroundGraphs } from './heads';
