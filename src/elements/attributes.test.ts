import { afterEach, describe, expect, it, vi } from 'vitest';
import { changeOf, readAttributes, wished, type Written } from './attributes';
import { MemoError } from '../errors';
import { DEFAULT_SETTINGS } from '../recogniser';

const DEFAULT = readAttributes({});
const NAMES = [
  ...(['bundle', 'integrity', 'assetBase', 'speech', 'device', 'modalities', 'prompt', 'labels'] as const),
  ...(['rateFace', 'rateVoice', 'rateFusion', 'saver', 'smoothing'] as const),
] satisfies (keyof Written)[];

afterEach(() => vi.unstubAllGlobals());

describe('readAttributes', () => {
  it('takes the defaults where nothing is written', () => {
    expect(DEFAULT.problems).toEqual([]);
    expect(DEFAULT.settings).toEqual(DEFAULT_SETTINGS);
    expect(DEFAULT.options.device).toBe('auto');
  });

  it('reads what is right, as text and as properties alike', () => {
    const texts: Partial<Written> = {
      ...{
        bundle: 'b.json',
        speech: 's.json',
        device: 'wasm',
        modalities: 'voice, face',
        prompt: 'I feel [MASK].',
      },
      ...{ labels: 'Happy, sad ,bored', rateFace: '5', rateFusion: '0.5', saver: true, smoothing: '1.5' },
    };
    const properties: Partial<Written> = {
      ...texts,
      ...{ modalities: ['face', 'voice'], labels: ['happy', 'sad', 'bored'] },
      ...{ rateFace: 5, rateFusion: 0.5, smoothing: 1.5 },
    };
    const read = readAttributes(texts);
    expect(read).toEqual(readAttributes(properties));
    expect(read.problems).toEqual([]);
    expect(read.options).toMatchObject({ manifestUrl: 'b.json', speech: 's.json', device: 'wasm' });
    expect(read.settings).toEqual({
      ...{ prompt: 'I feel [MASK].', labels: ['happy', 'sad', 'bored'], modalities: ['face', 'voice'] },
      ...{ rates: { face: 5, fusion: 0.5 }, saver: true, smoothing: 1.5 },
    });
  });

  it.each<[Partial<Written>, code: string, named: string]>([
    [{ bundle: '' }, 'attribute-invalid', 'bundle'],
    [{ assetBase: ' ' }, 'attribute-invalid', 'asset-base'],
    [{ speech: ' ' }, 'attribute-invalid', 'speech'],
    [{ device: 'gpu' }, 'attribute-invalid', 'gpu'],
    [{ modalities: 'smell' }, 'attribute-invalid', 'smell'],
    [{ modalities: '' }, 'attribute-invalid', 'modalities'],
    [{ prompt: 'I am happy.' }, 'prompt-invalid', 'no mask'],
    [{ prompt: '[MASK] [MASK]' }, 'prompt-invalid', '2 masks'],
    [{ prompt: '' }, 'prompt-invalid', 'no mask'],
    [{ labels: 'happy, very sad' }, 'label-invalid', 'very sad'],
    [{ labels: 'happy' }, 'label-invalid', 'Fewer than two'],
    [{ labels: 'sad,Sad' }, 'label-invalid', 'twice'],
    [{ rateFace: 'often' }, 'attribute-invalid', 'often'],
    [{ rateVoice: 0 }, 'attribute-invalid', 'rate-voice'],
    [{ rateFusion: '' }, 'attribute-invalid', 'rate-fusion'],
    [{ smoothing: -1 }, 'attribute-invalid', 'smoothing'],
  ])('tells what is wrong with %j, and goes on with the default', (wrong, code, named) => {
    const { options, settings, problems } = readAttributes(wrong);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, cure: expect.stringMatching(/\.$/) as string });
    expect(problems[0]?.message).toContain(named);
    expect({ options, settings }).toEqual({ options: DEFAULT.options, settings: DEFAULT.settings });
  });

  it.each<[name: string, cure: RegExp, Record<string, unknown>]>([
    ['labels', /list/, { labels: 5 }],
    ['labels', /list/, { labels: [1, 2] }],
    ['labels', /list/, { labels: new Map([['happy', 'sad']]) }],
    ['prompt', /sentence/, { prompt: {} }],
    ['prompt', /sentence/, { prompt: ['I am [MASK].'] }],
    ['modalities', /text, face, voice/, { modalities: { face: true } }],
    ['modalities', /text, face, voice/, { modalities: 5 }],
    ['modalities', /text, face, voice/, { modalities: [Symbol('face')] }],
    ['device', /auto, webgpu, wasm/, { device: {} }],
    ['bundle', /address/, { bundle: {} }],
    ['asset-base', /address/, { assetBase: 5 }],
    ['speech', /address/, { speech: true }],
    ['rate-face', /number/, { rateFace: Object.create(null) as unknown }],
    ['smoothing', /number/, { smoothing: Symbol('much') }],
  ])('names %s and what it takes (%o) where a property is of another kind: %o', (name, takes, wrong) => {
    const read = readAttributes(wrong);
    expect(read.problems.map(({ code }) => code)).toEqual(['attribute-invalid']);
    expect(read.problems[0]?.message).toContain(`The attribute ${name} cannot be`);
    expect(read.problems[0]?.cure).toMatch(takes);
    expect({ ...read, problems: [] }).toEqual(DEFAULT);
  });

  it('loads nothing unchecked by an integrity of another kind', () => {
    const wrong: object = { integrity: 5 };
    const { options, problems } = readAttributes(wrong);
    expect(problems).toMatchObject([
      { code: 'attribute-invalid', message: 'The attribute integrity cannot be "5".' },
    ]);
    expect(options.integrity).toBe('5');
  });

  it('takes an address as URL, as the headless recogniser does', () => {
    const bundle = new URL('https://page.test/m.json');
    const given: object = { bundle };
    expect(readAttributes(given)).toMatchObject({ problems: [], options: { manifestUrl: bundle } });
  });

  it.each(NAMES.flatMap((name) => [{ [name]: null }, { [name]: undefined }]))(
    'takes the default for what was taken away: %o',
    (gone) => {
      expect(readAttributes(gone)).toEqual(DEFAULT);
    },
  );

  it.each(['', ' '])('takes an empty integrity (%j) for none', (integrity) => {
    expect(readAttributes({ integrity })).toEqual(DEFAULT);
  });

  it.each([
    ...['sha256-abc=', 'sha384-a+/b== sha512-ab', 'md5-ab sha256-ab?option'].map(
      (text) => [text, []] as const,
    ),
    ...['sha256', 'sha256-', 'sha1-abcd', 'abcd'].map((text) => [text, ['attribute-invalid']] as const),
  ])('takes the integrity %j as it is, and tells of one without a hash: %j', (integrity, codes) => {
    const { options, problems } = readAttributes({ integrity });
    expect(problems.map(({ code }) => code)).toEqual(codes);
    expect(options.integrity, 'nothing is loaded unchecked').toBe(integrity);
  });

  it.each(
    (['bundle', 'assetBase', 'speech'] as const).flatMap((name) =>
      ['http://', '//', 'https://a b/m.json'].map((address) => [name, address] as const),
    ),
  )('tells of what is no address: %s=%j', (name, address) => {
    vi.stubGlobal('document', { baseURI: 'https://page.test/' });
    const read = readAttributes({ [name]: address });
    expect(read.problems.map(({ code, message }) => [code, message.includes(`"${address}"`)])).toEqual([
      ['attribute-invalid', true],
    ]);
    expect(read.options).toEqual(DEFAULT.options);
    expect(() => wished(read)).not.toThrow();
  });

  it('takes what the vocabulary refused as wrong, as long as it is written so', () => {
    const error = new MemoError('label-invalid', 'what', 'cure');
    const refused = new Map([['["happy","qzx"]', error]]);
    const written = { prompt: 'I feel [MASK].' };
    const wrong = readAttributes({ ...written, labels: 'Happy, qzx' }, refused);
    expect(wrong.problems).toEqual([error]);
    expect(wrong.settings).toMatchObject({ prompt: 'I feel [MASK].', labels: null });
    expect(readAttributes({ ...written, labels: 'happy, sad' }, refused).problems).toEqual([]);
  });

  it('tells of several mistakes in the order of the names', () => {
    const wrong = {
      smoothing: -1,
      rateFace: 'fast',
      labels: 'one',
      prompt: '',
      modalities: '',
      device: 'gpu',
    };
    const codes = readAttributes(wrong).problems.map(({ code }) => code.replace('-invalid', ''));
    expect(codes).toEqual(['attribute', 'attribute', 'prompt', 'label', 'attribute', 'attribute']);
  });

  it('keeps the modalities it knows beside one it does not, and tells of several mistakes', () => {
    const { settings, problems } = readAttributes({ modalities: 'face smell', device: 'gpu' });
    expect(settings.modalities).toEqual(['face']);
    expect(problems.map(({ message }) => /attribute (\S+)/.exec(message)?.[1])).toEqual([
      'device',
      'modalities',
    ]);
  });
});

describe('changeOf', () => {
  it('is what is set otherwise, by value', () => {
    const before = { ...DEFAULT_SETTINGS, labels: ['happy', 'sad'], rates: { face: 5 } };
    const same = { ...before, labels: ['happy', 'sad'], rates: { face: 5 } };
    expect(changeOf(before, same)).toEqual({});
    expect(changeOf(before, { ...same, saver: true, labels: null })).toEqual({ saver: true, labels: null });
  });
});
