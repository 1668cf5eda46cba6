/** Every word the elements say, in English; read when rendering, so that another language can take its place. */

import { enApart } from './en-apart';
import type { WordSourceKind } from '../../capture/words';
import type { Modality } from '../../memobert/estimate';
import type { Condition, Phase } from '../../recogniser';
import type { LoadStep } from '../../runtime/progress';
import {
  trustConditions,
  trustConsent,
  trustDoubts,
  trustEvidence,
  trustTracks,
  trustUnsure,
} from './en-trust';
import { anyOf, type ErrorWords, type ToldError } from './words';

const phases: Record<Phase, string> = {
  idle: 'Ready',
  asking: 'Waiting for your permission',
  loading: 'Loading',
  warming: 'Warming up',
  listening: 'Reading expression',
  paused: 'Paused while the tab is hidden',
  error: 'Stopped',
};

const conditions: Record<Condition, string> = {
  'no-face': 'No face in view',
  silence: 'Silence',
  muted: 'Microphone muted',
  'cpu-fallback': 'On the CPU',
  offline: 'Offline, still working',
  ...trustConditions,
};

const modalities: Record<Modality, string> = { text: 'Words', face: 'Face', voice: 'Voice' };

/** What each is given by, and what is waited for. */
const givers: Record<Modality, string> = { text: 'words', face: 'camera', voice: 'microphone' };
const awaited: Record<Modality, string> = { text: 'words', face: 'a face', voice: 'a voice' };

const steps: Record<LoadStep, string> = {
  fetch: 'Fetching',
  compile: 'Preparing',
  'warm-up': 'Warming up',
  verify: 'Checking the answers of',
  ready: 'Ready',
};

const wordSources: Record<WordSourceKind, string> = {
  typed: 'Type',
  captions: 'Captions',
  browser: 'Speech: browser',
  'in-page': 'Speech: page',
};

/** What an English label means, where the elements speak another language: the vocabulary itself is English. */
const glosses: Readonly<Record<string, string>> = {};

/** In place of an error's own words; in English those are the best there are. */
const errors: (error: ToldError) => ErrorWords | null = () => null;

export const en = {
  /** As `lang` says it. */
  language: 'en',
  phases,
  conditions,
  modalities,
  steps,
  glosses,
  errors,
  notice:
    'An AI system that recognises emotional expression, running in this page: camera, sound and words are not sent anywhere. Only your browser’s own speech recognition may send sound to its maker, if you switch it on. It estimates expression, not what a person feels, and it can be wrong.',
  region: 'Emotion recogniser',
  consent: trustConsent,
  unsure: { ...trustUnsure, doubts: trustDoubts },
  prompt: {
    blank: 'blank',
    vocabulary: 'Of all words:',
    ofLabels: (count: number) => `of ${count} words`,
    waiting: (given: readonly Modality[]) => `Filled in by ${anyOf('en-GB', givers, given)}.`,
    nowhere: 'No answer for this moment of the file.',
    listening: (given: readonly Modality[]) => `Waiting for ${anyOf('en-GB', awaited, given)}.`,
  },
  bars: {
    heading: 'Expression estimate',
    provisional: 'A first impression, from face and voice alone: the rest is loading.',
    /** Said below labels that are shown with their meaning beside them; empty where they need none. */
    vocabularyIsEnglish: '',
  },
  evidence: {
    absent: 'not present',
    none: 'nothing yet',
    contribution: 'moves the answer by',
    off: 'switched off',
    notInFile: 'none in this file',
    refused: 'refused',
    missing: 'none found',
    busy: 'in use by another program',
    ended: 'ended',
    nothingSaid: 'nothing said or typed yet',
    noFace: 'no face in view',
    silence: 'no speech heard',
    muted: 'microphone muted',
    waiting: 'waiting',
    ...trustEvidence,
  },
  controls: {
    start: 'Start',
    stop: 'Stop',
    camera: 'Camera',
    microphone: 'Microphone',
    actor: 'Try it without a camera',
    file: 'Open a file',
    closeFile: 'Close the file',
    cancel: 'Cancel',
    which: 'Which camera and microphone',
    chooseDevice: 'Switch on the camera or the microphone to start.',
    text: 'What is being said',
    textHint: 'Type a sentence, in English',
    send: 'Read it',
    tracks: {
      refused: (device: string) =>
        `${device} refused. Allow it in the browser’s address bar, then switch it off and on.`,
      missing: (device: string) => `No ${device.toLowerCase()} was found.`,
      busy: (device: string) =>
        `${device} is in use by another program. Close that, then switch it off and on.`,
      ended: (device: string) => `${device} has ended.`,
      ...trustTracks,
    },
  },
  words: {
    sources: wordSources,
    foreign: 'The model reads English: it takes this for no words.',
  },
  preview: {
    cameraOff: 'No picture',
    camera: 'Camera on',
    microphone: 'Microphone on',
    actor: 'Drawn actor',
    file: 'File',
    stream: 'Stream',
    label: 'What the recogniser sees',
    drop: 'Drop a video, a sound file or captions here',
    player: 'The file under analysis',
  },
  meter: {
    label: 'Microphone level',
    sound: 'Sound level',
    speaking: 'speech',
    quiet: 'no speech',
    muted: 'muted',
  },
  status: {
    analysing: 'Analysing the file',
    webgpu: 'WebGPU',
    wasm: 'CPU (WebAssembly)',
    forced: 'chosen by this page',
    lightFace: 'light face encoder',
    /** The engine's reasons are English: what stands for them in another language; `other` for a GPU's own fault. */
    reasons: {} as Readonly<Record<string, string>>,
    threads: (count: number) => (count === 1 ? '1 thread' : `${count} threads`),
  },
  progress: {
    label: 'Loading',
    bytes: (loaded: string, total: string) => `${loaded} of ${total} MB`,
  },
  error: { dismiss: 'Dismiss', code: 'Code', original: 'In English, with the particulars' },
  announce: {
    top: (label: string, percent: string) => `Most likely: ${label}, ${percent}`,
    conditionEnded: (condition: string) => `No longer: ${condition}`,
  },
  ...enApart,
} as const;
