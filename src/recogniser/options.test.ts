import { afterEach, describe, expect, it, vi } from 'vitest';
import { actorBaseOf } from './options';
import { noPage } from './page';
import { Recogniser } from './recogniser';

const WHOLE = { manifestUrl: 'm.json', assetBase: 'generated/', speech: 'speech.json', actorBase: 'actor' };

describe('an address', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each(
    (['manifestUrl', 'assetBase', 'speech', 'actorBase'] as const).flatMap((name) =>
      ['', ' ', 'http://', '//', 'https://a b/m.json'].map((address) => [name, address] as const),
    ),
  )('that is none is refused: %s = %j', (name, address) => {
    vi.stubGlobal('document', { baseURI: 'https://page.test/' });
    const told = { code: 'input-invalid', message: `The option ${name} cannot be "${address}".` };
    expect(() => new Recogniser({ ...WHOLE, [name]: address }, { page: noPage })).toThrow(
      expect.objectContaining(told),
    );
  });
});

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
