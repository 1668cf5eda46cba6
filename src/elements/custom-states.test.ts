import { describe, expect, it } from 'vitest';
import { CONDITIONS, PHASES } from '../recogniser';
import { CustomStates } from './custom-states';

describe('CustomStates', () => {
  it.each(PHASES)('%s alone among the phases', (phase) => {
    const states = new Set<string>();
    const shown = new CustomStates({ states });
    shown.show('listening', CONDITIONS);
    shown.show(phase, []);
    expect([...states]).toEqual([phase]);
  });

  it('unsure while the last answer is withheld, and no longer', () => {
    const states = new Set<string>();
    const shown = new CustomStates({ states });
    shown.show('listening', [], true);
    expect(states).toEqual(new Set(['listening', 'unsure']));
    shown.show('listening', [], false);
    expect(states).toEqual(new Set(['listening']));
  });

  it.each(CONDITIONS)('%s beside a phase', (condition) => {
    const states = new Set<string>();
    new CustomStates({ states }).show('paused', [condition]);
    expect(states).toEqual(new Set(['paused', condition]));
  });
});
