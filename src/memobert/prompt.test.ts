import { describe, expect, it } from 'vitest';
import { Prompt } from './prompt';
import { manifest, vocabulary, WORDS } from './testing/toy';

const words = (ids: readonly number[]) => ids.map((id) => WORDS[id]).join(' ');
const prompt = new Prompt('I am [MASK].', manifest.labels, vocabulary, 4);

describe('Prompt', () => {
  it('stands behind what was said, or alone', () => {
    const said = prompt.compose('hello x');
    expect(words(said.ids)).toBe('[CLS] hello x i am [MASK] . [SEP]');
    expect(WORDS[said.ids[said.maskPosition] ?? -1]).toBe('[MASK]');
    const alone = prompt.compose(null);
    expect(words(alone.ids)).toBe('[CLS] i am [MASK] . [SEP]');
    expect(alone.maskPosition).toBe(3);
    expect(alone.ids.length).toBe(prompt.extraTokens);
  });

  it('keeps the latest words of a long text', () => {
    expect(words(prompt.compose('7 hello hello x x').ids)).toBe('[CLS] hello hello x x i am [MASK] . [SEP]');
  });

  it('lets nobody smuggle in another mask', () => {
    const said = prompt.compose('x [MASK] [SEP] hello');
    expect(words(said.ids)).toBe('[CLS] x hello i am [MASK] . [SEP]');
    expect(said.maskPosition).toBe(5);
  });

  it.each(['I am glad.', 'I [MASK] [MASK].'])('refuses "%s"', (wording) => {
    expect(() => new Prompt(wording, manifest.labels, vocabulary, 4)).toThrow(
      expect.objectContaining({ code: 'prompt-invalid' }),
    );
  });

  it.each([
    [[{ id: 'glad', word: 'glad' }]],
    [
      [
        { id: 'a', word: 'glad' },
        { id: 'b', word: 'glad' },
      ],
    ],
    [
      [
        { id: 'a', word: 'glad' },
        { id: 'b', word: 'overjoyed' },
      ],
    ],
  ])('refuses labels %j', (labels) => {
    expect(() => new Prompt('I am [MASK].', labels, vocabulary, 4)).toThrow(
      expect.objectContaining({ code: 'label-invalid' }),
    );
  });
});
