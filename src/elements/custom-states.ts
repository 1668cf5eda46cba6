/** Phase and conditions as custom states, so that a page can style `memo-bert:state(listening)`. */

import { CONDITIONS, PHASES, type Condition, type Phase } from '../recogniser';

/** The last answer is withheld: it changes with each estimate, so it is no condition to announce. */
export const UNSURE = 'unsure';

/** Each of {@link PHASES} and {@link CONDITIONS} is a state of the element's own; exactly one phase is set. */
export class CustomStates {
  constructor(private readonly internals: Pick<ElementInternals, 'states'>) {}

  show(phase: Phase, conditions: readonly Condition[], unsure = false): void {
    const held = new Set<string>([phase, ...conditions, ...(unsure ? [UNSURE] : [])]);
    for (const name of [...PHASES, ...CONDITIONS, UNSURE]) {
      if (held.has(name)) this.internals.states.add(name);
      else this.internals.states.delete(name);
    }
  }
}
