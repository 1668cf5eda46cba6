import { beforeAll, describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import { INITIAL_STATE, type RecogniserState } from '../recogniser';
import { CONDITIONS } from '../recogniser/state';
import { Announcer, SILENCE_TOLD_MS, TOP_EVERY_MS } from './announcer';
import { fetchWords, LANGUAGES, speaking, strings } from './strings';
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

  it('says nothing of a pause between sentences, and once of a silence that lasts', () => {
    const announcer = new Announcer();
    announcer.next(listening, 0);
    const silent = { ...listening, conditions: ['silence'] } as const;
    // 5 s of speech, 3 s of pause, for a minute
    for (let ms = 5000; ms < 60_000; ms += 8000) {
      for (const after of [0, 1500, 2999]) expect(announcer.next(silent, ms + after)).toBeNull();
      expect(announcer.next(listening, ms + 3000)).toBeNull();
    }
    expect(announcer.next(silent, 70_000)).toBeNull();
    expect(announcer.next(silent, 70_000 + SILENCE_TOLD_MS - 1)).toBeNull();
    expect(announcer.next(silent, 70_000 + SILENCE_TOLD_MS)).toBe(strings.conditions.silence);
    expect(announcer.next(silent, 90_000)).toBeNull();
    expect(announcer.next(listening, 91_000)).toBe(
      strings.announce.conditionEnded(strings.conditions.silence),
    );
    expect(announcer.next(silent, 92_000)).toBeNull();
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

  it('has one stop between two sentences', () => {
    const announcer = new Announcer();
    const both = { ...listening, camera: 'busy', microphone: 'busy', conditions: ['offline'] } as const;
    const told = announcer.next(both, 0);
    expect(told).toMatch(/ on\. Microphone .* on\. Offline/);
    expect(told).not.toMatch(/\.\s*\./);
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

describe.each(LANGUAGES)('in %s', (language) => {
  beforeAll(async () => {
    // the window is told of words that have come; Node has none
    Object.assign(globalThis, { window: new EventTarget() });
    await fetchWords(language);
  });

  it.each(CONDITIONS)('the end of %s is that alone, not what was to be done about it', (condition) => {
    speaking(language, () => {
      const announcer = new Announcer();
      const held = { ...listening, conditions: [condition] };
      announcer.next(listening, 0);
      announcer.next(held, 1);
      announcer.next(held, 1 + SILENCE_TOLD_MS);
      const ended = announcer.next(listening, 2 + SILENCE_TOLD_MS);
      const [, name] = /^(?:No longer|끝남): ([^:,]+)$/.exec(ended ?? '') ?? [];
      expect(strings.conditions[condition].startsWith(name ?? 'nothing was said')).toBe(true);
    });
  });
});
