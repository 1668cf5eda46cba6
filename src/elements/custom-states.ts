/** Phase and conditions as custom states, so that a page can style `memo-bert:state(listening)`. */

import { CONDITIONS, PHASES, type Condition, type Phase } from '../recogniser';

/** Each of {@link PHASES} and {@link CONDITIONS} is a state of the element's own; exactly one phase is set. */
export class CustomStates {
  constructor(private readonly internals: Pick<ElementInternals, 'states'>) {}

  show(phase: Phase, conditions: readonly Condition[]): void {
    const held = new Set<string>([phase, ...conditions]);
    for (const name of [...PHASES, ...CONDITIONS]) {
      if (held.has(name)) this.internals.states.add(name);
      else this.internals.states.delete(name);
    }
  }
}
