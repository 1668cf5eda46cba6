import { expect, it } from 'vitest';
import { INITIAL_STATE, PHASES, type RecogniserState, type Timeline } from '../recogniser';
import type { Estimate } from '../memobert/estimate';
import { wouldLose } from './would-lose';

const about = { name: null, seconds: null, reached: 3600, prompt: 'I am [MASK].', labels: ['happy'] };
const timeline = (estimates: readonly Estimate[]): Timeline => ({
  ...about,
  ...{ given: { face: true, voice: true }, estimates },
});
const marked = (kept: boolean): RecogniserState['adaptation'] => ({
  ...INITIAL_STATE.adaptation,
  ...{ marks: [{ time: 1, word: 'happy', probabilities: [1] }], kept },
});

it.each(PHASES)('in the phase %s', (phase) => {
  expect(wouldLose({ ...INITIAL_STATE, phase })).toBe(phase !== 'idle' && phase !== 'error');
});

it.each<[left: string, state: Partial<RecogniserState>, lost: boolean]>([
  ["an hour's timeline", { timeline: timeline([{} as Estimate]) }, true],
  ['the same after an error', { phase: 'error', timeline: timeline([{} as Estimate]) }, true],
  ['a timeline with nothing in it', { timeline: timeline([]) }, false],
  ['a file', { media: new Blob() }, true],
  ['marks', { adaptation: marked(false) }, true],
  ['marks that are kept', { adaptation: marked(true) }, false],
])('with %s left', (_left, state, lost) => {
  expect(wouldLose({ ...INITIAL_STATE, ...state })).toBe(lost);
});
