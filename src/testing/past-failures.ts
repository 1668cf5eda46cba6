/** What failed once, as fast-check shrank it: replayed first by the property of that name. */

export interface PastFailure {
  /** The values of the property, in order. */
  readonly example: readonly unknown[];
  /** What went wrong with it. */
  readonly was: string;
  /** Of the run that found it; null where it was made by hand from one that was found. */
  readonly seed: number | null;
}

const FIRST = 20_220_527;

const face = (numbers: { readonly width: number; readonly height: number; readonly score?: number }) => {
  const { width, height, score = 1 } = numbers;
  const point = { x: 0, y: 0, score: 1, label: '' };
  return {
    boundingBox: { originX: 0, originY: 0, width, height, angle: 0 },
    keypoints: Array.from({ length: 6 }, () => point),
    categories: [{ score, index: 0, categoryName: '', displayName: '' }],
  };
};

const WORKER = {
  ...{ gpu: false, lean: false, begun: 0, wrong: null, missing: null },
  ...{ stuck: null, blind: null, abrupt: false },
};
const asks = (...acts: readonly (readonly [kind: string, which: number])[]) =>
  acts.map(([kind, which]) => ({ kind, which }));

const sound = (...acts: readonly (readonly [what: string, seconds: number, jumpS: number])[]) =>
  acts.map(([what, seconds, jumpS]) => ({ do: what, seconds, jumpS }));

const WHOLE = { waits: [], breaksAt: 99, endsAt: 99, shifts: [] };
/** A file that was analysed breaks off while a moment of it is gone back to. */
const breaksOff = (picture: object, sound: object, comesLate: boolean) => {
  const plan = {
    opensLate: false,
    picture: { ...WHOLE, ...picture },
    sound: { ...WHOLE, ...sound },
    comesLate,
  };
  return [true, [plan], [], [{ what: 'take', which: 0, turns: 0 }]];
};

export const PAST_FAILURES: Readonly<Record<string, readonly PastFailure[]>> = {
  'never more than its share, and nothing lowered out of turn': [
    {
      example: [0, 112.30356953723576, 5e-324, 0.21064470302489902],
      was: 'lowering the voice leaves 1e-17 over, which no rate of a stage that costs next to nothing makes up for',
      seed: null,
    },
  ],
  'a manifest that is deep somewhere': [
    { example: ['format', '['], was: 'RangeError: the complaint quoted all of it', seed: null },
  ],
  'a manifest of many labels': [
    { example: [50_000], was: 'minutes: each label was looked for among all', seed: FIRST },
  ],
  'a bundle of any name': [{ example: ['\ud800'], was: 'URIError from the cache', seed: null }],
  'a softmax of any numbers at any temperature': [
    { example: [[8.881784197001252e-16], 5e-324], was: 'NaN: the quotient was endless', seed: FIRST },
  ],
  'any evidence at any temperature': [
    {
      example: [
        [{ text: null, face: null, voice: { count: 1, data: Float32Array.of(0.1, 0.1) } }],
        'fixed',
        5e-324,
      ],
      was: 'NaN in the estimate',
      seed: FIRST,
    },
  ],
  'times that jump, go back or are none': [
    {
      example: [
        [
          { stepS: 0, what: 'voice' },
          { stepS: -100, what: 'face' },
        ],
      ],
      was: 'a voice of the future after the clock went back',
      seed: FIRST,
    },
    {
      example: [
        [
          { stepS: 0, what: 'face' },
          { stepS: NaN, what: 'face' },
        ],
      ],
      was: 'one time that is none, and all faces were gone',
      seed: null,
    },
  ],
  'label sets of any words': [
    { example: [['[UNK]', 'happy']], was: 'a marker as a label', seed: FIRST },
    { example: [['\ufffd [SEP]', 'happy']], was: 'a marker behind what the tokenizer drops', seed: FIRST },
    { example: [['happy', 'HAPPY']], was: 'one word of the model for two labels', seed: null },
  ],
  'text in which nothing is said': [
    { example: [[]], was: 'an estimate of no evidence', seed: FIRST },
    { example: [['\u200b']], was: 'an estimate of no evidence', seed: null },
  ],
  'a fusion graph that answers with any numbers': [
    { example: [Array.from({ length: 14 }, () => NaN)], was: 'NaN in the estimate', seed: FIRST },
  ],
  'a detection of any numbers': [
    { example: [face({ width: NaN, height: NaN })], was: 'a face without a box', seed: FIRST },
    { example: [face({ width: 0, height: 0 })], was: 'a crop without end of a face of no size', seed: null },
    { example: [face({ width: 10, height: 10, score: NaN })], was: 'a score that is none', seed: null },
  ],
  'a frame of any size': [
    { example: [0, 1], was: 'RangeError: tiles without number', seed: FIRST },
    { example: [8191, 2], was: '40,000 tiles, sorted for every frame', seed: null },
  ],
  'faces anywhere, in frames of any size': [
    {
      example: [[face({ width: 0, height: 0 })], 63, 63],
      was: 'a face of no size was followed',
      seed: FIRST,
    },
    {
      example: [[face({ width: NaN, height: 9 })], 63, 63],
      was: 'IndexSizeError from the canvas',
      seed: null,
    },
  ],
  'a face graph that answers with any numbers': [
    { example: [[0, 3.4028235677973366e38, NaN, NaN, 0]], was: 'Infinity in the features', seed: FIRST },
  ],
  'any sound at any rate and time, and then a voice': [
    {
      example: [
        [
          {
            plan: { length: 385, kind: 'silence', gain: 1, odd: [[0, 12.903011322021484]] },
            rate: 192_000,
            jumpS: 0,
          },
        ],
      ],
      was: 'a level above 1',
      seed: FIRST,
    },
    {
      example: [[{ plan: { length: 900, kind: 'hum', gain: 1, odd: [[0.5, NaN]] }, rate: 16_000, jumpS: 0 }]],
      was: 'one sample that is none, and the speech gate was deaf from then on',
      seed: null,
    },
  ],
  'requests with anything in them': [
    { example: [[{ kind: 'face', body: { time: NaN } }]], was: 'taken as a time', seed: null },
    { example: [[{ kind: 'close', body: {} }]], was: 'a method of the engine, called by name', seed: null },
    {
      example: [[{ kind: 'text', body: { texts: [{ text: 3, start: 0, end: 1 }] } }]],
      was: 'TypeError at the next estimate',
      seed: null,
    },
  ],
  'messages of any form': [{ example: [[null]], was: 'TypeError in the worker', seed: FIRST }],
  'answers of any form': [{ example: [[null]], was: 'TypeError on the page', seed: FIRST }],
  'anything that is thrown': [
    { example: [Object.create(null)], was: 'TypeError in place of the error', seed: null },
    {
      example: [Object.assign(new Error('x'), { message: Symbol('odd') })],
      was: 'TypeError in place of the error',
      seed: FIRST,
    },
  ],
  'a media file with damage': [
    {
      example: [2, [[0.049990207598903255, Uint8Array.of(1, 1)]]],
      was: 'half a second that said that it was nineteen days',
      seed: FIRST,
    },
  ],
  'captions of any lines': [
    {
      example: [`WEBVTT\n0:0.0 --> ${'9'.repeat(400)}:0:0.0`, 'a.vtt'],
      was: 'a cue without end',
      seed: FIRST,
    },
    {
      example: ['WEBVTT\n0:0.0 --> 0:0:3.0\n1\n__proto__𐀀\n1', 'a.vtt'],
      was: 'a word that ended after its cue',
      seed: FIRST,
    },
  ],
  'labels of any name': [
    {
      example: ['constructor', []],
      was: 'light-dark(undefined, undefined), and the source of Object as a name',
      seed: null,
    },
  ],
  'frames and views of any size': [
    {
      example: [
        { x: 0, y: 0, width: 0, height: 0 },
        { width: NaN, height: 9 },
        { width: 9, height: 9 },
        'cover',
        false,
      ],
      was: 'NaN pixels',
      seed: FIRST,
    },
  ],
  'a media file of any address': [
    { example: ['100%.mp4'], was: 'URIError, though the file had arrived', seed: FIRST },
  ],
  'nothing is left open, and the next start works': [
    {
      example: [
        [
          ['start', 0],
          ['arrive', 0],
          ['turn', 0],
          ['turn', 0],
          ['stop', 0],
          ['settle', 0],
        ],
        [],
      ],
      was: 'camera and microphone were shown as on after the stop',
      seed: null,
    },
  ],
  'requests of two sessions in any order, of graphs that answer late or fail': [
    {
      example: [
        true,
        ['text', 'estimate', 'turn', 'reset', 'answer', 'turn', 'moment'].map((kind) => ({
          ...{ kind, session: 0, labels: 0 },
        })),
      ],
      was: 'a moment of the source before, whose estimate came after the reset',
      seed: null,
    },
  ],
  'downloads of one file by several tabs, in any order': [
    {
      example: [
        false,
        ['load', 'close', 'piece', 'load', 'rest', 'piece', 'break'].map((kind) => ({
          ...{ kind, which: kind === 'close' || kind === 'rest' ? 3 : 0 },
        })),
      ],
      was: 'a part was left of a file that another tab had whole',
      seed: FIRST,
    },
  ],
  'versions, visitors, networks and devices in any order': [
    {
      example: [[{ kind: 'keep', groups: ['wasm'], both: false }, { kind: 'forget all' }]],
      was: 'a cache came back after everything was forgotten',
      seed: FIRST,
    },
    {
      example: [
        ['update', 'settle', 'take', 'keep'].map((kind) => ({ kind, groups: ['wasm'], both: false })),
      ],
      was: 'what was kept while a version waited was gone when it took over',
      seed: FIRST,
    },
    {
      example: [[['wasm', 'engine'], ['engine']].map((groups) => ({ kind: 'keep', groups, both: false }))],
      was: 'of two that asked at once, one was not heard',
      seed: FIRST,
    },
  ],
  'requests in any order, of an ONNX Runtime that answers late, fails, or loses its GPU': [
    {
      example: [{ ...WORKER, begun: 1, stuck: 'denseface-light', abrupt: true }, []],
      was: 'one session that could not be released, and all others stayed open',
      seed: FIRST,
    },
    {
      example: [
        { ...WORKER, gpu: true },
        asks(['load', 0], ['some', 2], ['face', 0], ['fail', 0], ['settle', 0]),
      ],
      was: 'a look under way kept a ring on the GPU that was closed',
      seed: FIRST,
    },
    {
      example: [
        { ...WORKER, gpu: true },
        asks(['load', 0], ['some', 2], ['fail', 0], ['some', 0], ['part', 0]),
      ],
      was: 'a face of WebGPU was told, which had been left',
      seed: FIRST,
    },
    {
      example: [
        { ...WORKER, gpu: true, wrong: { name: 'memobert', everywhere: false } },
        asks(['load', 0], ['some', 3], ['some', 1], ['some', 0], ['some', 0], ['some', 1], ['part', 3]),
      ],
      was: 'a voice of WebGPU was told, which had been left',
      seed: null,
    },
  ],
  'speech in the page, of any sound, by a model that does as it likes': [
    {
      example: [true, false, false, sound(['voice', 3, 0], ['voice', 0, 40], ['start and all', 0, 0])],
      was: 'the gate read what the ring had dropped while a block was heard',
      seed: FIRST,
    },
    {
      example: [true, false, false, sound(['voice', 3, 0], ['all', 0, 0], ['voice', 1.5, -3])],
      was: 'words of later than the clock, which had gone back',
      seed: null,
    },
    {
      example: [true, false, false, sound(['voice', 3, 0], ['oddly', 0, 0])],
      was: 'times that are none in words',
      seed: null,
    },
    {
      example: [true, false, false, sound(['voice', 3, 0], ['all', 0, 0], ['silence', 0.5, 40])],
      was: 'a guess before a gap of more than is kept stayed one',
      seed: null,
    },
    {
      example: [true, true, false, []],
      was: 'the last words of a file were never settled',
      seed: null,
    },
  ],
  'files that are read, cancelled, gone back into and given words in any order': [
    {
      example: breaksOff({ breaksAt: 2 }, { shifts: [-1.4] }, false),
      was: 'sound was sent of a file that was let go, whose picture had broken off',
      seed: FIRST,
    },
    {
      example: breaksOff({ waits: [true] }, { breaksAt: 1 }, true),
      was: 'a picture was sent of a file that was let go, whose sound had broken off',
      seed: null,
    },
    {
      example: [
        true,
        [{ opensLate: false, picture: null, sound: WHOLE, comesLate: false }],
        ['samples'],
        [
          { what: 'file', which: 0, turns: 0 },
          { what: 'goOn', which: 0, turns: 0 },
          { what: 'die', which: 0, turns: 36 },
          { what: 'captions', which: 0, turns: 0 },
        ],
      ],
      was: 'a file that was opened anew for a fresh worker stayed open, for its run was left in that turn',
      seed: 21,
    },
  ],
};
