/** Marks in two tabs, in any order of marking, keeping, forgetting, other prompts, files, a storage that is full or damaged. */

import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { MemoError } from '../../errors';
import { expectDistribution, property } from '../../testing/fuzz';
import { estimateAt } from '../testing/fake-client';
import { Adapter } from './adapter';
import { readAdaptation } from './file';
import { fitAdaptation } from './fit';
import { PREFIX } from './state';
import { keyOf, type Subject } from './subject';
import { MemoryStorage } from './testing/memory-storage';

const bundle = { name: 'toy', version: '1' };
const SUBJECTS: readonly [Subject, ...Subject[]] = [
  { bundle, prompt: 'I am [MASK].', labels: ['happy', 'sad'] },
  { bundle, prompt: 'It was [MASK].', labels: ['happy', 'sad'] },
  { bundle, prompt: 'I am [MASK].', labels: ['sad', 'bored', 'happy'] },
];

const doing = fc.record({
  what: fc.constantFrom(
    ...['mark', 'mark', 'mark', 'unmark', 'clear', 'use', 'keep', 'keep', 'leave', 'turn', 'turn'],
    ...['export', 'import', 'full', 'room', 'damage'],
  ),
  tab: fc.nat(1),
  pick: fc.nat(5),
});

describe('marks in two tabs', () => {
  property(
    'any order of what is done with them',
    400,
    [fc.array(doing, { minLength: 5, maxLength: 40 })],
    (steps) => {
      const storage = new MemoryStorage();
      const tabs = [new Adapter(() => undefined, storage), new Adapter(() => undefined, storage)] as const;
      for (const tab of tabs) tab.turnTo(SUBJECTS[0]);
      let file = '';
      let [asked, clock] = [false, 0];
      for (const { what, tab: at, pick } of steps) {
        const tab = tabs[at] ?? tabs[0];
        const other = tabs[1 - at] ?? tabs[1];
        const before = tab.state;
        const [beside, subject] = [other.state, before.subject ?? SUBJECTS[0]];
        const key = PREFIX + keyOf(subject);
        const lay = storage.items.get(key) ?? null;
        let refused: unknown = null;
        try {
          if (what === 'mark') {
            const { labels } = SUBJECTS[pick % 3] ?? SUBJECTS[0];
            const probabilities = labels.map((_, index) =>
              index === pick % 2 ? 0.5 : 0.5 / (labels.length - 1),
            );
            const mark = tab.mark(
              { ...estimateAt((clock += 1)), labels, probabilities },
              pick % 4 === 0 ? 'sad' : 'happy',
            );
            expect(tab.state.marks.at(-1)).toEqual(mark);
            expect(labels).toEqual(subject.labels);
          } else if (what === 'unmark') tab.unmark(pick);
          else if (what === 'clear') tab.clear();
          else if (what === 'use') tab.use(pick % 2 === 0);
          else if (what === 'keep') {
            asked = true;
            tab.keep(true);
            expect(tab.state.kept).toBe(true);
            for (const mark of before.marks) expect(tab.state.marks).toContainEqual(mark);
          } else if (what === 'leave') {
            tab.keep(false);
            expect(storage.items.has(key)).toBe(false);
            expect(tab.state.marks).toEqual(before.marks);
          } else if (what === 'turn') tab.turnTo(SUBJECTS[pick % 3] ?? SUBJECTS[0]);
          else if (what === 'export') file = tab.toJson() ?? file;
          else if (what === 'import') tab.fromJson(file);
          else if (what === 'damage') {
            if (storage.items.has(key)) storage.items.set(key, '{');
          } else storage.full = what === 'full';
        } catch (error) {
          if (!(error instanceof MemoError)) throw error;
          refused = error;
          expect(tab.state).toMatchObject({ error, marks: before.marks, subject });
        }
        const { state } = tab;
        // what one tab does is seen by the other when it next looks
        expect(other.state).toBe(beside);
        const { marks, fitted, kept } = state;
        const words = new Set(marks.map(({ word }) => word));
        const { labels } = state.subject ?? SUBJECTS[0];
        expect(fitted).toEqual(words.size < 2 ? null : fitAdaptation(labels, marks));
        for (const { probabilities } of marks) expect(probabilities).toHaveLength(labels.length);
        expectDistribution(
          tab.apply({ ...estimateAt(0), labels, probabilities: labels.map(() => 1 / labels.length) })
            .probabilities,
        );
        if (!asked) expect(storage.items.size).toBe(0);
        const changes = ['mark', 'unmark', 'keep', 'import'].includes(what) && refused === null;
        if (changes && kept && state !== before)
          expect(readAdaptation(storage.items.get(key) ?? '', subject)).toEqual(marks);
        // nor is what the other tab has kept since lost by it
        if (what === 'mark' && refused === null && before.kept && kept && lay !== null && lay !== '{')
          for (const mark of readAdaptation(lay, subject)) expect(marks).toContainEqual(mark);
        // where it is not kept, what others keep is left alone
        if (!before.kept && !kept && !['clear', 'leave', 'damage'].includes(what))
          expect(storage.items.get(key) ?? null).toBe(lay);
      }
    },
  );
});
