/** What comes in at the borders, and what nobody expects there: numbers, texts, samples, JSON. */

import fc from 'fast-check';

/** Numbers that arithmetic goes wrong on: none, endless, denormal, beyond 32-bit floats, beyond whole ones. */
export const ODD_NUMBERS = [
  ...[NaN, Infinity, -Infinity, -0, 0, 5e-324, -5e-324, 1e-40, 1e-300, 1e300, -1e300],
  ...[3.4e38, -3.4e38, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 0.5, -1],
];

export const anyNumber = fc.oneof(
  { weight: 3, arbitrary: fc.double() },
  { weight: 2, arbitrary: fc.integer() },
  { weight: 2, arbitrary: fc.constantFrom(...ODD_NUMBERS) },
);

/** As a decoder or a driver may give it. */
export const oddSample = fc.oneof(
  fc.constantFrom(
    NaN,
    Infinity,
    -Infinity,
    -0,
    1e-40,
    1.4e-45,
    3.4028234e38,
    -3.4028234e38,
    1.0001,
    -7,
    32767,
  ),
  fc.float(),
);

export interface PcmPlan {
  readonly length: number;
  readonly kind: 'silence' | 'hum' | 'noise' | 'square' | 'denormal' | 'constant';
  readonly gain: number;
  /** Where, as a part of the length, an odd value stands. */
  readonly odd: readonly (readonly [at: number, value: number])[];
}

export function pcmPlan(maxLength: number, odd = true): fc.Arbitrary<PcmPlan> {
  return fc.record({
    length: fc.oneof(fc.integer({ min: 0, max: maxLength }), fc.constantFrom(0, 1, 2, 127, 128, 129)),
    kind: fc.constantFrom('silence', 'hum', 'noise', 'square', 'denormal', 'constant'),
    gain: fc.constantFrom(1, 0.001, 0.3, ...(odd ? [40] : [])),
    odd: odd
      ? fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), oddSample), { maxLength: 4 })
      : fc.constant([]),
  });
}

export function pcm({ length, kind, gain, odd }: PcmPlan): Float32Array<ArrayBuffer> {
  let state = length + 1;
  const noise = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const shapes: Record<PcmPlan['kind'], (at: number) => number> = {
    silence: () => 0,
    hum: (at) => Math.sin(at / 9),
    noise,
    square: (at) => (at % 60 < 30 ? 1 : -1),
    denormal: () => 1e-42,
    constant: () => 0.25,
  };
  const samples = Float32Array.from({ length }, (_, at) => gain * shapes[kind](at));
  for (const [at, value] of odd)
    if (length > 0) samples[Math.min(length - 1, Math.floor(at * length))] = value;
  return samples;
}

/** Texts as people write them and as nobody should: scripts, directions, marks, controls, the model's own markers. */
const SNIPPETS = [
  ...[
    'I am',
    'so happy',
    'SAD',
    'naïve café',
    'İstanbul ß ŉ ǰ',
    'שלום עולם',
    'مرحبا بالعالم',
    'नमस्ते',
    'สวัสดี',
    '안녕하세요',
  ],
  ...[
    '我很高兴',
    'こんにちは',
    '👩‍👩‍👧‍👦',
    '🇩🇪',
    '👍🏽',
    'z̵̡̢͇̲̀͗a̸l̴g̷o̶',
    'e\u0301',
    '\u202eabc\u202c',
    '\u200b',
    '\u200d',
    '\ufeff',
  ],
  ...[
    '\0',
    '\u0007',
    '\r\n',
    '\t',
    '\u00a0',
    '\u2028',
    '\ud800',
    '\udfff',
    '\ud83d',
    '\u{10ffff}',
    '\ufffd',
    '\ufffe',
  ],
  ...[
    '[MASK]',
    '[CLS]',
    '[SEP]',
    '[PAD]',
    '[UNK]',
    '[mask]',
    '[MASK',
    '##ing',
    '##',
    "don't",
    '...',
    '<b>',
    '$&',
    '%s',
    '\\u0041',
  ],
  ...['__proto__', 'constructor', 'x'.repeat(101), ' '.repeat(40), '1234567890', '½', 'ﬁ', 'K', '𝕳𝖊𝖑𝖑𝖔'],
];

/** UTF-16 units one by one: half pairs too. */
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));

export const anyText = fc.oneof(
  fc.array(fc.constantFrom(...SNIPPETS), { maxLength: 8 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...SNIPPETS), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 24 }),
  fc.string({ unit: 'binary', maxLength: 24 }),
  anyUnits,
);

/** 100,000 characters: one snippet without end, or words in a row. */
export const longText = fc
  .tuple(fc.constantFrom(...SNIPPETS.filter((snippet) => snippet !== '')), fc.constantFrom('', ' ', '.'))
  .map(([snippet, between]) => (snippet + between).repeat(Math.ceil(100_000 / (snippet + between).length)));

/** JSON as `JSON.parse` gives it: `__proto__` as a key of its own, numbers too large to be finite, depth. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }) },
  { weight: 2, arbitrary: anyNumber },
  { weight: 2, arbitrary: anyText },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, true, [], {}, '', ' ', [[]], JSON.parse('{"__proto__":{"x":1}}')],
    ),
  },
);

/** JSON within itself so often that a recursion over it does not come back. */
export function deepJson(open: '[' | '{"a":', depth = 20_000): unknown {
  const [inner, close] = open === '[' ? ['', ']'] : ['1', '}'];
  return JSON.parse(open.repeat(depth) + inner + close.repeat(depth));
}

/** A change to some JSON: at a place, chosen among all that it has, another value or none. */
export interface Mutation {
  /** 0 to 1. */
  readonly place: number;
  readonly change: { readonly set: unknown } | 'remove' | 'double' | 'negate';
}

export function mutations(value: fc.Arbitrary<unknown> = anyJson): fc.Arbitrary<readonly Mutation[]> {
  const change = fc.oneof(
    { weight: 4, arbitrary: fc.record({ set: value }) },
    { weight: 1, arbitrary: fc.constantFrom('remove' as const, 'double' as const, 'negate' as const) },
  );
  const mutation = fc.record({
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    change,
  });
  return fc.array(mutation, { minLength: 1, maxLength: 3 });
}

/** A changed copy; of only those places where there is such a value as `only` says, if it does. */
export function mutate(json: unknown, changes: readonly Mutation[], only?: 'number' | 'string'): unknown {
  const root = { json: structuredClone(json) };
  for (const { place, change } of changes) {
    const places = placesOf(root).filter(
      ([parent, key]) => only === undefined || typeof Reflect.get(parent, key) === only,
    );
    const [parent, key] = places[Math.floor(place * places.length)] ?? [root, 'json'];
    const at = Reflect.get(parent, key) as unknown;
    if (change === 'remove') Reflect.deleteProperty(parent, key);
    else if (change === 'double')
      Reflect.set(parent, key, Array.isArray(at) ? [...(at as unknown[]), ...(at as unknown[])] : [at, at]);
    else if (change === 'negate') Reflect.set(parent, key, typeof at === 'number' ? -at : !at);
    else Reflect.set(parent, key, change.set);
  }
  return root.json;
}

function placesOf(node: object): [parent: object, key: string][] {
  return Object.keys(node).flatMap((key): [object, string][] => {
    const child = Reflect.get(node, key) as unknown;
    return [[node, key], ...(typeof child === 'object' && child !== null ? placesOf(child) : [])];
  });
}
