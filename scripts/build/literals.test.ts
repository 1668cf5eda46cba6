import { describe, expect, it } from 'vitest';
import { shortCss, shortHtml, shortLiterals } from './literals.mjs';

describe('styles', () => {
  it('lose what only readers need', () => {
    expect(shortCss(' /* why */\n  .a,\n  .b > c {\n    color: red;\n    margin: 0 auto;\n  }\n')).toBe(
      ' .a,.b>c{color:red;margin:0 auto}',
    );
    expect(shortCss('a {\n  b: c; /* d */\n  e: var(\n    --f,\n    1em\n  ) / 2; ; }')).toBe(
      'a{b:c;e:var(--f,1em) / 2}',
    );
  });

  it('keep spaces that mean something, and strings', () => {
    expect(shortCss('.a :hover { inline-size: calc(100% - 2px) }')).toBe(
      '.a :hover{inline-size:calc(100% - 2px)}',
    );
    expect(shortCss(`a::after { content: '/* a ;  b */'; grid-template-areas: 'a  b' "c" }`)).toBe(
      `a::after{content:'/* a ;  b */';grid-template-areas:'a  b' "c"}`,
    );
    expect(shortCss('@media (min-width: 48rem) and (hover: hover) { a { top: 0 } }')).toBe(
      '@media (min-width:48rem) and (hover:hover){a{top:0}}',
    );
  });
});

describe('markup', () => {
  it('keeps one space where there was any: a page may show it', () => {
    expect(shortHtml('<p\n    class="a"\n  >  one <!-- why -->\n  <b>two</b></p>')).toBe(
      '<p class="a" > one  <b>two</b></p>',
    );
  });
});

describe('scripts', () => {
  it('change in tagged literals alone, however deep', () => {
    const code = 'const é = `a\n  b`; const x = html`<a>\n ${y.map((z) => svg`<g>\n  ${z}</g>`)}\n\n</a>`;';
    expect(shortLiterals(code)).toBe(
      'const é = `a\n  b`; const x = html`<a> ${y.map((z) => svg`<g> ${z}</g>`)} </a>`;',
    );
  });
});
