import { beforeEach, describe, expect, it, vi } from 'vitest';
import { estimateAt } from '../testing/fake-client';
import { Adapter } from './adapter';
import type { KeptStorage } from './keeper';
import type { AdaptationState } from './state';
import type { Subject } from './subject';
import { MemoryStorage } from './testing/memory-storage';

const SUBJECT: Subject = {
  bundle: { name: 'toy', version: '1' },
  prompt: 'I am [MASK].',
  labels: ['happy', 'sad'],
};
const OTHER: Subject = { ...SUBJECT, labels: ['bored', 'calm'] };

const estimate = { ...estimateAt(1), probabilities: [0.9, 0.1] };
const unsure = { ...estimateAt(2), probabilities: [0.6, 0.4] };

let storage = new MemoryStorage();
let answers = vi.fn();
const open = (subject: Subject = SUBJECT, kept: KeptStorage | null = storage) => {
  const changed = (_state: AdaptationState, others: boolean) => {
    if (others) answers();
  };
  const adapter = new Adapter(changed, kept);
  adapter.turnTo(subject);
  return adapter;
};
/** "happy" where it is sure, "sad" where it is less sure. */
const marked = (adapter = open()) => {
  adapter.mark(estimate, 'happy');
  adapter.mark(unsure, 'sad');
  return adapter;
};

beforeEach(() => {
  storage = new MemoryStorage();
  answers = vi.fn();
});

describe('Adapter', () => {
  it('fits from the second word on, and applies it to estimates of the same words alone', () => {
    const adapter = open();
    adapter.mark(estimate, 'happy');
    expect(adapter.state.fitted).toBeNull();
    expect(adapter.apply(unsure)).toBe(unsure);
    expect(answers).not.toHaveBeenCalled();
    adapter.mark(unsure, 'sad');
    expect(answers).toHaveBeenCalledTimes(1);
    expect(adapter.apply(unsure).probabilities[1]).toBeGreaterThan(0.4);
    const other = { ...unsure, labels: ['bored', 'calm'] };
    expect(adapter.apply(other)).toBe(other);
  });

  it('marks nothing of a moment that answers other words than are asked for now', () => {
    const adapter = open();
    adapter.turnTo({ ...SUBJECT, labels: ['bored', 'glad', 'sad'] });
    expect(() => adapter.mark(estimate, 'sad')).toThrow(expect.objectContaining({ code: 'moment-missing' }));
    expect(adapter.state).toMatchObject({ marks: [], error: { code: 'moment-missing' } });
  });

  it('marks nothing of a moment that answers another sentence, and changes nothing of it', () => {
    const adapter = open();
    adapter.turnTo({ ...SUBJECT, prompt: 'It was [MASK].' });
    for (const word of ['happy', 'sad']) adapter.mark({ ...unsure, prompt: 'It was [MASK].' }, word);
    expect(() => adapter.mark(unsure, 'sad')).toThrow(expect.objectContaining({ code: 'moment-missing' }));
    expect(adapter.state.marks).toHaveLength(2);
    expect(adapter.apply(unsure)).toBe(unsure);
  });

  it('marks nothing of a first impression: it answers no sentence', () => {
    const first = { ...estimate, provisional: true as const, prompt: undefined as never };
    expect(() => open().mark(first, 'sad')).toThrow(expect.objectContaining({ code: 'moment-missing' }));
  });

  it('marks what the model itself said, not what an adaptation made of it', () => {
    const adapter = open();
    const adapted = { ...estimate, probabilities: [0.2, 0.8], unadapted: [0.9, 0.1] };
    expect(adapter.mark(adapted, 'happy').probabilities).toEqual([0.9, 0.1]);
  });

  it('is switched off and on, taken back mark by mark, and forgotten', () => {
    const adapter = marked();
    adapter.use(false);
    expect(adapter.apply(unsure)).toBe(unsure);
    adapter.use(true);
    expect(adapter.apply(unsure)).not.toBe(unsure);
    adapter.unmark(7);
    expect(adapter.state.marks).toHaveLength(2);
    adapter.unmark(0);
    expect(adapter.state).toMatchObject({ fitted: null, marks: [{ word: 'sad' }] });
    adapter.clear();
    expect(adapter.state).toMatchObject({ marks: [], kept: false, subject: SUBJECT });
  });

  it('refuses a moment that there is not and a word that is not asked for; the marks stay', () => {
    const adapter = marked();
    expect(() => adapter.mark(null, 'happy')).toThrow(expect.objectContaining({ code: 'moment-missing' }));
    expect(() => adapter.mark(estimate, 'bored')).toThrow(expect.objectContaining({ code: 'label-invalid' }));
    expect(adapter.state).toMatchObject({ error: { code: 'label-invalid' }, marks: [{}, {}] });
    adapter.dismissError();
    expect(adapter.state.error).toBeNull();
  });

  it('has marks of its own for every model, prompt and set of words', () => {
    const adapter = marked();
    adapter.turnTo(OTHER);
    expect(adapter.state).toMatchObject({ marks: [], fitted: null });
    for (const changed of [
      { ...SUBJECT, prompt: 'It was [MASK].' },
      { ...SUBJECT, bundle: { name: 'toy', version: '2' } },
    ]) {
      adapter.turnTo(changed);
      expect(adapter.state.marks).toHaveLength(0);
    }
    adapter.turnTo(SUBJECT);
    expect(adapter.state.marks).toHaveLength(2);
    expect(adapter.state.fitted).not.toBeNull();
  });
});

describe('keeping', () => {
  it('writes nothing unless asked, then every mark; the next one begins with them', () => {
    const adapter = marked();
    expect(storage.items.size).toBe(0);
    adapter.keep(true);
    adapter.mark(estimate, 'happy');
    expect(storage.items.size).toBe(1);
    const next = open();
    expect(next.state).toMatchObject({
      kept: true,
      marks: adapter.state.marks,
      fitted: adapter.state.fitted,
    });
    expect(open(OTHER).state.marks).toHaveLength(0);
    next.keep(false);
    expect(storage.items.size).toBe(0);
    expect(next.state.marks).toHaveLength(3);
  });

  it('of another prompt is what lies there when it comes back: forgotten, or marked in another tab', () => {
    const adapter = marked();
    adapter.keep(true);
    adapter.use(false);
    adapter.turnTo(OTHER);
    open().mark(estimate, 'happy');
    adapter.turnTo(SUBJECT);
    expect(adapter.state).toMatchObject({ kept: true, on: false, marks: [{}, {}, {}] });
    adapter.turnTo(OTHER);
    storage.items.clear();
    adapter.turnTo(SUBJECT);
    expect(adapter.state).toMatchObject({ kept: false, on: false, marks: [], fitted: null });
  });

  describe('in two tabs', () => {
    const words = (adapter: Adapter) => adapter.state.marks.map(({ word }) => word);
    const two = () => {
      const first = open();
      first.mark(unsure, 'sad');
      first.keep(true);
      return { first, second: open() };
    };

    it('each adds to what the other kept', () => {
      const { first, second } = two();
      first.mark(estimate, 'happy');
      first.mark(unsure, 'happy');
      second.mark(estimate, 'sad');
      expect(words(second)).toEqual(['sad', 'happy', 'happy', 'sad']);
      expect(open().state).toMatchObject({ marks: second.state.marks, fitted: second.state.fitted });
      first.mark(unsure, 'sad');
      expect(words(first)).toEqual(['sad', 'happy', 'happy', 'sad', 'sad']);
    });

    it('one taken back is taken out of what the other kept, and nothing else is', () => {
      const { first, second } = two();
      first.mark(estimate, 'happy');
      second.unmark(0);
      expect(words(second)).toEqual(['happy']);
      first.unmark(0); // is gone already
      expect(words(open())).toEqual(['happy']);
    });

    it.each([
      ['has forgotten', (adapter: Adapter) => adapter.clear()],
      ['keeps no longer', (adapter: Adapter) => adapter.keep(false)],
    ])('what one %s is not written again by the other, whose own stay', (_what, leave) => {
      const { first, second } = two();
      leave(first);
      second.mark(estimate, 'happy');
      expect(words(second)).toEqual(['sad', 'happy']);
      second.unmark(0);
      expect(words(second)).toEqual(['happy']);
      expect([second.state.kept, storage.items.size]).toEqual([false, 0]);
      second.keep(true);
      expect(words(open())).toEqual(['happy']);
    });

    it('what both have marked before they keep it stays, each once', () => {
      const [first, second] = [marked(), open()];
      second.mark(unsure, 'sad');
      second.mark(unsure, 'happy');
      first.keep(true);
      second.keep(true);
      expect(words(second)).toEqual(['happy', 'sad', 'happy']);
      expect(second.state).toMatchObject({ kept: true, fitted: open().state.fitted });
    });

    it('what lies there damaged is written anew, with the marks that there are', () => {
      const { first } = two();
      for (const key of storage.items.keys()) storage.items.set(key, '{');
      const next = open();
      first.mark(estimate, 'happy');
      expect(words(open())).toEqual(['sad', 'happy']);
      for (const key of storage.items.keys()) storage.items.set(key, '{');
      next.mark(estimate, 'sad');
      next.keep(true);
      expect(words(open())).toEqual(['sad']);
    });
  });

  it('forgets what was kept with the rest', () => {
    const adapter = marked();
    adapter.keep(true);
    adapter.clear();
    expect(storage.items.size).toBe(0);
  });

  it('is told where it is refused, and loses no mark', () => {
    const without = marked(open(SUBJECT, null));
    expect(() => without.keep(true)).toThrow(expect.objectContaining({ code: 'adaptation-storage' }));
    expect(without.state).toMatchObject({ kept: false, marks: [{}, {}] });
    const adapter = marked();
    adapter.keep(true);
    storage.full = true;
    adapter.mark(estimate, 'happy');
    expect(adapter.state).toMatchObject({ kept: false, error: { code: 'adaptation-storage' } });
    expect(adapter.state.marks).toHaveLength(3);
  });

  it('goes on without what was kept and is damaged, and says so', () => {
    marked().keep(true);
    const [key] = [...storage.items.keys()];
    storage.items.set(key ?? '', '{"format":1');
    expect(open().state).toMatchObject({ marks: [], kept: false, error: { code: 'adaptation-invalid' } });
  });
});

describe('files', () => {
  it('come back as they were saved', () => {
    const adapter = marked();
    const again = open();
    again.fromJson(adapter.toJson() ?? '');
    expect(again.state).toMatchObject({ marks: adapter.state.marks, fitted: adapter.state.fitted });
  });

  it('are not made of nothing', () => {
    expect(open().toJson()).toBeNull();
  });

  it.each([
    ['no JSON', () => 'happy', 'adaptation-invalid'],
    ['a list', () => '[]', 'adaptation-invalid'],
    ['another format', (file: object) => JSON.stringify({ ...file, format: 2 }), 'adaptation-invalid'],
    ['no bundle', (file: object) => JSON.stringify({ ...file, bundle: null }), 'adaptation-invalid'],
    ['no marks', (file: object) => JSON.stringify({ ...file, marks: {} }), 'adaptation-invalid'],
    [
      'a mark of no word',
      (file: object) =>
        JSON.stringify({ ...file, marks: [{ time: 0, word: 'bored', probabilities: [1, 0] }] }),
      'adaptation-invalid',
    ],
    [
      'a mark of no time',
      (file: object) =>
        JSON.stringify({ ...file, marks: [{ time: null, word: 'sad', probabilities: [1, 0] }] }),
      'adaptation-invalid',
    ],
    [
      'no distribution',
      (file: object) => JSON.stringify({ ...file, marks: [{ time: 0, word: 'sad', probabilities: [1, 1] }] }),
      'adaptation-invalid',
    ],
    [
      'a distribution of text',
      (file: object) =>
        JSON.stringify({ ...file, marks: [{ time: 0, word: 'sad', probabilities: ['a', 1] }] }),
      'adaptation-invalid',
    ],
    [
      'too many',
      (file: object) =>
        JSON.stringify({ ...file, marks: Array(501).fill({ time: 0, word: 'sad', probabilities: [1, 0] }) }),
      'adaptation-invalid',
    ],
    [
      'other words',
      (file: object) => JSON.stringify({ ...file, labels: ['sad', 'happy'] }),
      'adaptation-foreign',
    ],
    [
      'another prompt',
      (file: object) => JSON.stringify({ ...file, prompt: 'It was [MASK].' }),
      'adaptation-foreign',
    ],
    [
      'another model',
      (file: object) => JSON.stringify({ ...file, bundle: { name: 'toy', version: '9' } }),
      'adaptation-foreign',
    ],
  ] as const)('of %s are refused by name, and the marks stay', (_what, spoil, code) => {
    const adapter = marked();
    const text = spoil(JSON.parse(adapter.toJson() ?? '') as object);
    expect(() => adapter.fromJson(text)).toThrow(expect.objectContaining({ code }));
    expect(adapter.state.marks).toHaveLength(2);
    expect(adapter.state.error?.code).toBe(code);
  });
});
