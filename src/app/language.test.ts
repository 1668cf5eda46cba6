import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wantedLanguage, withLanguage } from './language';
import { ko as gallery } from '../../examples/strings/gallery-ko';
import { ko as parts } from '../../examples/strings/parts-ko';
import { ko as states } from '../../examples/strings/states-ko';
import { ko as card } from './strings/card-ko';
import { ko as index } from './strings/ko';

/** Each page with its Korean, and the texts that its script puts in. */
const PAGES = [
  { path: 'index.html', texts: index, made: [] },
  { path: 'model-card.html', texts: card, made: [] },
  { path: 'examples/gallery.html', texts: gallery, made: ['copy'] },
  { path: 'examples/parts.html', texts: parts, made: [] },
  { path: 'examples/states.html', texts: states, made: ['light', 'dark', 'all'] },
] as const;

describe('the language wanted', () => {
  const wanted = (query: string, ...preferred: string[]) =>
    wantedLanguage(new URL(`https://page.example/${query}`), preferred);

  it('is the address’s, before the browser’s', () => {
    expect(wanted('?lang=ko', 'en-GB')).toBe('ko');
    expect(wanted('?lang=en', 'ko-KR')).toBe('en');
    expect(wanted('?lang=ko-KR')).toBe('ko');
  });

  it('is the first of the browser’s that is written here', () => {
    expect(wanted('', 'de', 'ko-KR', 'en')).toBe('ko');
    expect(wanted('', 'de', 'en', 'ko')).toBe('en');
    expect(wanted('?lang=xx', 'ko')).toBe('ko');
  });

  it('is English where nothing else is known', () => {
    expect(wanted('')).toBe('en');
    expect(wanted('?lang=', 'fr')).toBe('en');
  });

  it('is kept in the address beside what else is asked there', () => {
    const kept = withLanguage(new URL('https://page.example/?device=wasm&lang=en#notice'), 'ko');
    expect(kept.href).toBe('https://page.example/?device=wasm&lang=ko#notice');
  });
});

describe.each(PAGES)('$path', ({ path, texts, made }) => {
  const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const named = [...page.matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, name]) => name ?? '');

  it('has a Korean text for each of its texts, and none too many', () => {
    expect(Object.keys(texts).sort()).toEqual([...new Set(named), ...made].sort());
  });

  it('speaks one way throughout, as the elements do', () => {
    expect(JSON.stringify(texts)).not.toMatch(/(요|해|한다|된다|이다)[.!?]/);
  });

  it('has a name on every heading and paragraph of its own', () => {
    const bare = [...page.matchAll(/<(h\d|p|li|title)(?![^>]*data-text)[^>]*>\s*([^<\s][^<]*)/g)].map(
      ([all]) => all,
    );
    // the product's name; and what stands there without script, so without language
    expect(bare.filter((text) => !/class="(name|plain)"/.test(text))).toEqual([]);
  });
});

it('says in its notice that nothing is sent, with the one exception', () => {
  const page = readFileSync(new URL('../../index.html', import.meta.url), 'utf8');
  expect(page).toMatch(/nothing is sent, save[^<]*speech recognition[^<]*maker/);
  expect(JSON.stringify(index['notice'])).toMatch(/음성 인식만은/);
});
