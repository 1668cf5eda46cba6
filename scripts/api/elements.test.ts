import { describe, expect, it } from 'vitest';
import { elementsReference } from './elements.mjs';

const field = (name: string, more = {}) => ({
  kind: 'field',
  name,
  type: { text: 'string | null' },
  description: 'What\nit is.',
  ...more,
});
const base = { name: 'BaseElement', members: [field('for', { attribute: 'for' })] };
const element = (tagName: string, more = {}) => ({
  customElement: true,
  tagName,
  description: 'An element.',
  ...more,
});
const reference = (...declarations: object[]) =>
  elementsReference({ modules: [{ declarations: [base, ...declarations] }] });

describe('the elements’ reference', () => {
  it('has attribute and property in one row, and no bar or line break that would end a cell', () => {
    const text = reference(
      element('memo-bars', { members: [field('hue', { default: "'a'", readonly: true })] }),
    );
    expect(text).toContain("|  | `hue` (read only) | `string \\| null` | `'a'` | What it is. |");
  });

  it('says what is inherited once, and the two elements that tell come first', () => {
    const inherited = { inheritedFrom: { name: 'MemoEngine' } };
    const text = reference(
      element('memo-bars'),
      element('memo-engine', {
        members: [field('src')],
        events: [{ name: 'estimate', type: { text: 'CustomEvent<Estimate>' } }],
      }),
      element('memo-bert', {
        members: [field('src', inherited)],
        events: [{ name: 'estimate', ...inherited }],
      }),
    );
    expect([...text.matchAll(/^## `<(.*)>`/gm)].map(([, tag]) => tag)).toEqual([
      'memo-bert',
      'memo-engine',
      'memo-bars',
    ]);
    expect(text.match(/`src`/g)).toHaveLength(1);
    expect(text.match(/`CustomEvent<Estimate>`/g)).toHaveLength(1);
  });

  it('shows a method with what it takes', () => {
    const analyse = {
      kind: 'method',
      name: 'analyse',
      parameters: [
        { name: 'source', type: { text: 'Blob' } },
        { name: 'more', optional: true },
      ],
    };
    expect(reference(element('memo-engine', { members: [analyse] }))).toContain(
      '| `analyse(source: Blob, more?: unknown)` |',
    );
  });
});
