import { afterEach, expect, it, vi } from 'vitest';
import { scriptMissing } from '../../late-script';
import { fetchWords, speaking, strings } from '.';
import { RENEWAL_WORDS, tellNoMore, tellOfRenewal } from './renewal-words';

afterEach(() => {
  tellNoMore();
  vi.unstubAllGlobals();
});

it.each(['en', 'ko'] as const)(
  'says of the errors that are meant what else can be done, once: %s',
  async (language) => {
    vi.stubGlobal('window', new EventTarget()); // told when words have come
    await fetchWords(language);
    const say = <T>(words: () => T) => speaking(language, words);
    const error = scriptMissing();
    const other = { ...error, code: error.code, message: '', cure: 'Other.' };
    const before = say(() => [strings.errors(error), strings.errors(other)]);
    const isMeant = ({ cure }: { cure: string }) => cure === error.cure;
    expect(await say(() => tellOfRenewal(isMeant))).toBe(true);
    expect(await say(() => tellOfRenewal(() => true))).toBe(false);
    const what = before[0]?.what ?? error.message;
    expect(say(() => strings.errors(error))).toEqual({ what, cure: RENEWAL_WORDS[language] });
    expect(say(() => strings.errors(other))).toEqual(before[1]);
    tellNoMore();
    expect(say(() => strings.errors(error))).toEqual(before[0]);
  },
);
