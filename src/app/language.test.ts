import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wantedLanguage, withLanguage } from './language';
import { ko } from './strings/ko';

const page = readFileSync(new URL('../../index.html', import.meta.url), 'utf8');

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

describe('the page', () => {
  const named = [...page.matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, name]) => name ?? '');

  it('has a Korean text for each of its texts, and none too many', () => {
    expect(Object.keys(ko).sort()).toEqual([...named].sort());
  });

  it('has a name on every heading and paragraph of its own', () => {
    const bare = [...page.matchAll(/<(h\d|p|li|title)(?![^>]*data-text)[^>]*>\s*([^<\s][^<]*)/g)].map(
      ([all]) => all,
    );
    // the product's name; and what stands there without script, so without language
    expect(bare.filter((text) => !/class="(name|plain)"/.test(text))).toEqual([]);
  });
});
