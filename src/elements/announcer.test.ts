import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import { INITIAL_STATE, type RecogniserState } from '../recogniser';
import { Announcer, TOP_EVERY_MS } from './announcer';
import { strings } from './strings';
import { CANNED_ESTIMATE, CANNED_STATES } from './testing/canned-states';

const listening: RecogniserState = { ...INITIAL_STATE, phase: 'listening' };
const happy: RecogniserState = { ...listening, estimate: CANNED_ESTIMATE };
const sad: RecogniserState = {
  ...listening,
  estimate: { ...CANNED_ESTIMATE, probabilities: [0, 0, 1, 0, 0, 0, 0] },
};

describe('Announcer', () => {
  it('says a phase once, and nothing of the first', () => {
    const announcer = new Announcer();
    expect(announcer.next(INITIAL_STATE, 0)).toBeNull();
    expect(announcer.next(listening, 0)).toBe(strings.phases.listening);
    expect(announcer.next(listening, 10)).toBeNull();
  });

  it('says a condition as it comes and goes', () => {
    const announcer = new Announcer();
    announcer.next(listening, 0);
    expect(announcer.next({ ...listening, conditions: ['no-face'] }, 1)).toBe(strings.conditions['no-face']);
    expect(announcer.next(listening, 2)).toBe(strings.announce.conditionEnded(strings.conditions['no-face']));
  });

  it('says that an answer is withheld, and no label of it', () => {
    const announcer = new Announcer();
    announcer.next(listening, 0);
    const reliability = { abstained: true, reasons: ['low-confidence'] } as const;
    const unsure = { ...listening, estimate: { ...CANNED_ESTIMATE, reliability } };
    expect(announcer.next(unsure, 0)).toBe(strings.unsure.word);
    expect(announcer.next(unsure, TOP_EVERY_MS)).toBeNull();
    expect(announcer.next(happy, TOP_EVERY_MS + 1)).toMatch(/happy/);
  });

  it('says the answer to each text that is written, however soon and whatever was said before', () => {
    const announcer = new Announcer();
    const typed = (text: string, { estimate }: RecogniserState) => ({
      ...{ ...INITIAL_STATE, source: 'text' as const },
      ...{ text, estimate },
    });
    const anew = (state: RecogniserState) => ({ ...state, estimate: { ...state.estimate! } });
    expect(announcer.next(typed('What a day', happy), 0)).toMatch(/happy/);
    // its own answer is still to come
    expect(announcer.next(typed('What a loss', happy), 1900)).toBeNull();
    expect(announcer.next(typed('What a loss', sad), 2000)).toMatch(/sad/);
    expect(announcer.next(typed('Another loss', sad), 2400)).toBeNull();
    expect(announcer.next(typed('Another loss', anew(sad)), 2500)).toMatch(/sad/);
    expect(announcer.next(typed('Another loss', anew(sad)), 2600)).toBeNull();
  });

  it('says that a device is refused or gone, once', () => {
    const announcer = new Announcer();
    const refused = { ...listening, camera: 'refused', microphone: 'live' } as const;
    expect(announcer.next(refused, 0)).toBe(
      `${strings.phases.listening}. ${strings.controls.tracks.refused(strings.controls.camera)}`,
    );
    expect(announcer.next(refused, 1)).toBeNull();
    expect(announcer.next({ ...refused, microphone: 'ended' }, 2)).toBe(
      strings.controls.tracks.ended(strings.controls.microphone),
    );
    expect(announcer.next({ ...INITIAL_STATE }, 3)).toBe(strings.phases.idle);
  });

  it('says of a file that it is analysed', () => {
    const announcer = new Announcer();
    expect(announcer.next({ ...listening, source: 'file' }, 0)).toBe(strings.status.analysing);
  });

  it('does not say that it still works offline while a load waits for the network', () => {
    const announcer = new Announcer();
    const waits = {
      ...INITIAL_STATE,
      phase: 'loading',
      conditions: ['offline', 'awaiting-network'],
    } as const;
    expect(announcer.next(waits, 0)).toBe(
      `${strings.phases.loading}. ${strings.conditions['awaiting-network']}`,
    );
    expect(announcer.next({ ...waits, conditions: ['offline'] }, 1)).toBe(strings.conditions.offline);
    // nor that the network is back when a load begins to wait for it
    expect(announcer.next({ ...waits, phase: 'listening' }, 2)).toBe(
      `${strings.phases.listening}. ${strings.conditions['awaiting-network']}`,
    );
  });

  it('says the last answer of a run that is over, however soon it came', () => {
    const announcer = new Announcer();
    announcer.next(listening, 0);
    expect(announcer.next(happy, 0)).toMatch(/happy/);
    expect(announcer.next(sad, 1000)).toBeNull();
    expect(announcer.next({ ...sad, phase: 'idle' }, 2000)).toMatch(/^Ready\. .*sad/);
    // what is scrubbed to after it is not followed at each step
    expect(announcer.next({ ...happy, phase: 'idle' }, 2001)).toBeNull();
  });

  it('says once why no face is found', () => {
    const announcer = new Announcer();
    const { backend } = CANNED_STATES.listening;
    const noFaces = new MemoError('capture-unsupported', 'No WebGL.', 'Switch it on.').toJSON();
    const blind = { ...listening, backend: { ...backend!, noFaces } };
    expect(announcer.next(blind, 0)).toBe(`${strings.phases.listening}. No WebGL. Switch it on.`);
    expect(announcer.next(blind, 1)).toBeNull();
  });

  it('says a new top label, but not often', () => {
    const announcer = new Announcer();
    announcer.next(listening, 0);
    expect(announcer.next(happy, 0)).toMatch(/happy/);
    expect(announcer.next(sad, TOP_EVERY_MS - 1)).toBeNull();
    expect(announcer.next(sad, TOP_EVERY_MS)).toMatch(/sad/);
    expect(announcer.next(sad, 3 * TOP_EVERY_MS)).toBeNull();
  });
});
