import { describe, expect, it } from 'vitest';
import { actorBaseOf } from './options';

describe('the actor’s folder', () => {
  it.each([
    ['https://a.example/app/generated/', 'https://a.example/app/actor/'],
    ['https://a.example/app/generated', 'https://a.example/app/actor/'],
    ['https://cdn.example/g/', 'https://cdn.example/actor/'],
  ])('is beside %s', (assetBase, base) => {
    expect(actorBaseOf({ assetBase })).toBe(base);
  });

  it('is the one that was said', () => {
    expect(actorBaseOf({ assetBase: 'https://a.example/g/', actorBase: 'https://a.example/lines' })).toBe(
      'https://a.example/lines/',
    );
  });
});
