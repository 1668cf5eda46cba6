/** States as a recogniser would tell them, one a phase worth looking at: for tests, and for looking at the element. */

import { MemoError } from '../../errors';
import type { Estimate } from '../../memobert/estimate';
import { DOUBTS } from '../../memobert/reliability';
import {
  INITIAL_STATE,
  INITIAL_WORDS,
  type RecogniserState,
  type Timeline,
  type WordsState,
} from '../../recogniser';
import type { BackendReport } from '../../runtime/protocol';
import {
  CANNED_TAKING,
  CANNED_UNFILLED,
  CANNED_WITHOUT_HEADS,
  cannedMarks,
  cannedMoment,
} from './canned-apart';

export const CANNED_LABELS = [
  'neutral',
  'happy',
  'sad',
  'angry',
  'surprised',
  'scared',
  'disgusted',
] as const;

const faces: RecogniserState['faces'] = [
  { box: { x: 212, y: 96, width: 216, height: 260 }, score: 0.97, followed: true, expression: null },
];

export const CANNED_ESTIMATE: Estimate = {
  time: 12.4,
  prompt: 'I am [MASK].',
  labels: CANNED_LABELS,
  probabilities: [0.141, 0.624, 0.031, 0.012, 0.148, 0.026, 0.018],
  words: [
    { word: 'happy', probability: 0.381 },
    { word: 'glad', probability: 0.094 },
    { word: 'fine', probability: 0.061 },
    { word: 'excited', probability: 0.044 },
    { word: 'good', probability: 0.031 },
    { word: 'surprised', probability: 0.029 },
  ],
  modalities: {
    text: { present: false, probabilities: null, contribution: 0 },
    face: { present: true, probabilities: [0.12, 0.71, 0.02, 0.01, 0.11, 0.02, 0.01], contribution: 0.38 },
    voice: { present: true, probabilities: [0.34, 0.29, 0.05, 0.03, 0.22, 0.04, 0.03], contribution: 0.12 },
  },
  evidence: {
    // a second without a face, and a voice that begins half a second later
    face: {
      times: [
        ...Array.from({ length: 14 }, (_, at) => 8.9 + at / 10),
        ...Array.from({ length: 11 }, (_, at) => 11.3 + at / 10),
      ],
      each: 0.1,
    },
    voice: { times: Array.from({ length: 38 }, (_, at) => 9.4 + at * 0.06), each: 0.06 },
  },
  faces,
  latency: { detect: 14.2, expression: 9.1, voice: 31, fusion: 22 },
  backend: 'webgpu',
};

const GRAPHS: BackendReport['graphs'] = {
  face: { name: 'denseface', precision: 'fp32' },
  voice: { name: 'wav2vec2', precision: 'fp32' },
  fusion: { name: 'memobert', precision: 'fp32' },
};

const WEBGPU: BackendReport = {
  name: 'webgpu',
  forced: false,
  reason: null,
  adapter: 'a graphics card',
  threads: 1,
  graphs: GRAPHS,
};

const WASM: BackendReport = {
  name: 'wasm',
  forced: false,
  reason: 'this browser has no WebGPU adapter',
  adapter: null,
  threads: 2,
  graphs: { ...GRAPHS, face: { name: 'denseface-light', precision: 'fp32' } },
};

const LISTENING: RecogniserState = {
  ...INITIAL_STATE,
  phase: 'listening',
  source: 'devices',
  camera: 'live',
  microphone: 'live',
  backend: WEBGPU,
  rates: { face: 9.8, voice: 2, fusion: 4.1 },
  faces,
  frameWidth: 640,
  frameHeight: 480,
  level: 0.06,
  speaking: true,
  estimate: CANNED_ESTIMATE,
};

const SECOND_FACE: RecogniserState['faces'][number] = {
  box: { x: 470, y: 140, width: 120, height: 150 },
  score: 0.91,
  followed: false,
  expression: null,
};

/** A minute with a stretch without a face, one without speech and one of withheld answers; answers drift from one to the next. */
const MINUTE: Timeline = {
  name: 'interview.webm',
  seconds: 60,
  reached: 60,
  prompt: 'I am [MASK].',
  labels: CANNED_LABELS,
  given: { face: true, voice: true },
  estimates: Array.from({ length: 120 }, (_, index) => estimateOfMinute((index + 1) / 2)),
};

function estimateOfMinute(time: number): Estimate {
  const weights = CANNED_LABELS.map((_, label) => 0.06 + Math.max(0, Math.sin(time / 7 + label * 2.1)) ** 3);
  const sum = weights.reduce((a, b) => a + b, 0);
  const { text, face, voice } = CANNED_ESTIMATE.modalities;
  const seen = time < 22 || time > 29;
  const heard = time < 40 || time > 46;
  const sure = time < 50 || time > 56;
  return {
    ...CANNED_ESTIMATE,
    time,
    probabilities: weights.map((weight) => weight / sum),
    faces: seen ? faces : [],
    modalities: { text, face: seen ? face : text, voice: heard ? voice : text },
    reliability: {
      abstained: !sure,
      reasons: DOUBTS.filter(
        (doubt) =>
          (doubt === 'low-confidence' && !sure) ||
          (doubt === 'no-face' && !seen) ||
          (doubt === 'silence' && !heard),
      ),
    },
  };
}

function without(modality: 'face' | 'voice'): Estimate {
  const { modalities } = CANNED_ESTIMATE;
  return { ...CANNED_ESTIMATE, modalities: { ...modalities, [modality]: modalities.text } };
}

const ALL_WORDS: WordsState = { ...INITIAL_WORDS, offered: ['typed', 'captions', 'browser', 'in-page'] };

const said = (text: string, final: boolean): WordsState['said'] =>
  text.split(' ').map((word, at) => ({ text: word, start: at, end: at + 1, final }));

const LOADING: RecogniserState = {
  ...INITIAL_STATE,
  phase: 'loading',
  source: 'devices',
  camera: 'live',
  microphone: 'live',
  progress: {
    step: 'fetch',
    loadedBytes: 21_400_000,
    totalBytes: 56_774_000,
    item: 'memobert.onnx',
    fraction: 0.23,
  },
};

export const CANNED_STATES = {
  idle: INITIAL_STATE,
  loading: LOADING,
  'awaiting-network': { ...LOADING, conditions: ['offline', 'awaiting-network'] },
  'first-impression': {
    ...LISTENING,
    phase: 'loading',
    backend: null,
    progress: {
      step: 'fetch',
      loadedBytes: 41_400_000,
      totalBytes: 56_774_000,
      item: 'memobert.onnx',
      fraction: 0.6,
    },
    estimate: { ...CANNED_ESTIMATE, words: [], provisional: true },
  },
  asking: { ...INITIAL_STATE, phase: 'asking', source: 'devices' },
  warming: {
    ...INITIAL_STATE,
    phase: 'warming',
    source: 'devices',
    camera: 'live',
    microphone: 'live',
    progress: {
      step: 'warm-up',
      loadedBytes: 56_774_000,
      totalBytes: 56_774_000,
      item: 'wav2vec2',
      fraction: 0.8,
    },
  },
  listening: LISTENING,
  waiting: { ...LISTENING, estimate: null, speaking: false, level: 0, faces: [], conditions: ['no-face'] },
  'two-faces': {
    ...LISTENING,
    faces: [...faces, SECOND_FACE],
    conditions: ['muted', 'offline'],
    speaking: false,
    level: 0,
  },
  paused: { ...LISTENING, phase: 'paused' },
  unsure: {
    ...LISTENING,
    conditions: ['poor-light', 'clipping'],
    estimate: {
      ...CANNED_ESTIMATE,
      probabilities: [0.24, 0.21, 0.16, 0.1, 0.13, 0.09, 0.07],
      reliability: { abstained: true, reasons: ['low-confidence', 'poor-light', 'clipping'] },
    },
  },
  'nothing-arrives': {
    ...LISTENING,
    conditions: ['no-picture', 'no-sound'],
    faces: [],
    estimate: null,
    speaking: false,
    level: 0,
  },
  recovering: {
    ...LISTENING,
    phase: 'loading',
    conditions: ['silence', 'recovering'],
    faces: [],
    speaking: false,
    level: 0,
    progress: {
      step: 'compile',
      loadedBytes: 56_774_000,
      totalBytes: 56_774_000,
      item: 'memobert',
      fraction: 0.9,
    },
  },
  'camera-missing': { ...LISTENING, camera: 'missing', faces: [], estimate: without('face') },
  'microphone-busy': {
    ...LISTENING,
    microphone: 'busy',
    speaking: false,
    level: 0,
    estimate: without('voice'),
  },
  'taken-away': {
    ...LISTENING,
    camera: 'ended',
    microphone: 'lost',
    faces: [],
    speaking: false,
    level: 0,
    estimate: null,
  },
  actor: { ...LISTENING, source: 'actor', text: 'What a wonderful day' },
  'file-under-way': {
    ...LISTENING,
    source: 'file',
    camera: 'off',
    microphone: 'off',
    fileProgress: 0.4,
    timeline: { ...MINUTE, reached: 24, estimates: MINUTE.estimates.slice(0, 48) },
    media: new Blob(),
  },
  file: {
    ...LISTENING,
    phase: 'idle',
    source: 'file',
    camera: 'off',
    microphone: 'off',
    timeline: MINUTE,
    media: new Blob(),
    position: 37.5,
    estimate: estimateOfMinute(37.5),
  },
  'listening-cpu': {
    ...LISTENING,
    backend: WASM,
    microphone: 'refused',
    conditions: ['no-face', 'cpu-fallback'],
    faces: [],
    speaking: false,
    level: 0,
    estimate: {
      ...CANNED_ESTIMATE,
      backend: 'wasm',
      words: [
        { word: 'angry', probability: 0.421 },
        { word: 'furious', probability: 0.112 },
        { word: 'sorry', probability: 0.048 },
      ],
      probabilities: [0.09, 0.02, 0.05, 0.71, 0.03, 0.04, 0.06],
      modalities: {
        text: {
          present: true,
          probabilities: [0.09, 0.02, 0.05, 0.71, 0.03, 0.04, 0.06],
          contribution: 0.64,
        },
        face: { present: false, probabilities: null, contribution: 0 },
        voice: { present: false, probabilities: null, contribution: 0 },
      },
    },
    text: 'Get out of my house',
  },
  'words-captions': {
    ...LISTENING,
    words: {
      ...ALL_WORDS,
      source: 'captions',
      status: 'listening',
      captions: { name: 'interview.en.vtt', cues: 412 },
      said: said('What a day. I never thought that it would be so good to see you', true),
      error: new MemoError(
        'captions-invalid',
        'interview.en.vtt cannot be read as captions: line 17: "00:0x.000 --> 00:04.000" is no pair of times (1 such, the other 412 cues are used).',
        'Correct that line, or choose another WebVTT (.vtt) or SubRip (.srt) file.',
      ),
    },
  },
  'words-browser': {
    ...INITIAL_STATE,
    words: { ...ALL_WORDS, source: 'browser', on: false, place: 'service' },
  },
  'words-loading': {
    ...LISTENING,
    words: {
      ...ALL_WORDS,
      source: 'in-page',
      status: 'starting',
      loadedBytes: 12_400_000,
      totalBytes: 41_900_000,
    },
  },
  'words-heard': {
    ...LISTENING,
    words: {
      ...ALL_WORDS,
      source: 'in-page',
      status: 'listening',
      language: 'en',
      said: [...said('I love this, thank you so much.', true), ...said('What a wonder', false)],
    },
  },
  masked: { ...LISTENING, moment: cannedMoment(CANNED_LABELS), adaptation: cannedMarks(CANNED_LABELS, 1) },
  'taking-moment': { ...LISTENING, moment: CANNED_TAKING },
  'filling-in': { ...LISTENING, moment: { ...cannedMoment(CANNED_LABELS), busy: true } },
  unfilled: { ...LISTENING, moment: CANNED_UNFILLED },
  'without-heads': { ...LISTENING, moment: CANNED_WITHOUT_HEADS },
  marked: { ...LISTENING, adaptation: cannedMarks(CANNED_LABELS, 4) },
  'asked-otherwise': {
    ...LISTENING,
    promptError: new MemoError(
      'label-invalid',
      'The label "qzxqzx" is not one word of the model\'s vocabulary.',
      'Choose a common single word, such as "bored" or "excited".',
    ),
  },
  error: {
    ...INITIAL_STATE,
    phase: 'error',
    error: new MemoError(
      'devices-denied',
      'Neither camera nor microphone can be used. Camera access was refused, by you, the browser or the system.',
      'Allow the camera for this page (the sign beside its address), then press Start again.',
    ),
  },
} as const satisfies Record<string, RecogniserState>;

export type CannedName = keyof typeof CANNED_STATES;
