import { expect, it } from 'vitest';
import { MODULE, shipAsOne } from './shipped-manifest.mjs';

it('the manifest names the one module that is shipped, and what that exports by its name there', () => {
  const part = {
    kind: 'class',
    name: 'MemoError',
    tagName: 'memo-error',
    superclass: { name: 'BaseElement', module: '/src/elements/base-element' },
    members: [
      { name: 'own' },
      { name: 'for', inheritedFrom: { name: 'BaseElement', module: 'src/elements/base-element.ts' } },
    ],
  };
  const base = { kind: 'class', name: 'BaseElement', superclass: { name: 'Dressed', module: '/src/x' } };
  const late = { kind: 'class', name: 'MemoLate', tagName: 'memo-late' };
  const manifest = {
    modules: [
      { path: 'src/elements/memo-error.ts', declarations: [part] },
      { path: 'src/elements/base-element.ts', declarations: [base, late] },
      { path: 'src/elements/events/index.ts' },
    ],
  };
  shipAsOne(manifest, new Map([['MemoError', 'MemoErrorElement']]));
  const named = (name: string) => ({ name, module: MODULE });
  expect(manifest.modules).toEqual([
    {
      kind: 'javascript-module',
      path: 'lib/elements.js',
      declarations: [
        { ...part, superclass: named('BaseElement') },
        { ...base, superclass: { name: 'LitElement', package: 'lit' } },
        late,
      ],
      exports: [
        { kind: 'js', name: 'MemoErrorElement', declaration: named('MemoError') },
        { kind: 'custom-element-definition', name: 'memo-error', declaration: named('MemoError') },
        { kind: 'custom-element-definition', name: 'memo-late', declaration: named('MemoLate') },
      ],
    },
  ]);
  expect(part.members[1]?.inheritedFrom).toEqual(named('BaseElement'));
});
