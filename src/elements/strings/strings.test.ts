import { readFileSync } from 'node:fs';
import { configureLocalization } from '@lit/localize';
import { beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../errors';
import { MODALITIES } from '../../memobert/estimate';
import { DEFAULT_LABELS } from '../format';
import { en } from './en';
import { languageOf, speaking, strings, wordsFrom } from '.';
import { APART_WORDS } from './apart-words';
import { FACE_WORDS } from './face-words';
import { guideWords } from './guide-words';
import { ko } from './ko';
import { errors } from './ko-errors';
import { measureWords } from './measure-words';
import { OFFLINE_WORDS } from './offline-words';
import { RENEWAL_WORDS } from './renewal-words';
import { OVER_TIME_WORDS } from './over-time-words';
import { RATES_WORDS } from './rates-words';
import { WORDING_WORDS } from './wording-words';
import { DEVICES_WORDS } from './devices-words';
import { WORDS_PANEL_WORDS } from './words-panel-words';
import type { Words } from './words';

type Spoken = (...given: unknown[]) => string;

/** What a word may be said of: two words, a list of them, or modalities. */
const GIVEN: readonly unknown[][] = [['§1', '§2'], [['§1', '§2']], [MODALITIES]];

function spoken(say: Spoken): string {
  for (const given of GIVEN) {
    try {
      return say(...given);
    } catch {
      continue;
    }
  }
  throw new Error(`nothing can be said by ${say.toString()}`);
}

/** Every word with its path; functions by what they say of given words. */
function said(table: unknown, path = ''): [path: string, text: string][] {
  if (typeof table === 'string') return [[path, table]];
  if (typeof table === 'function') return [[path, spoken(table as Spoken)]];
  return Object.entries(table as object).flatMap(([key, value]) => said(value, `${path}.${key}`));
}

/** Those that come with the code, and those that come with what says them. */
const late = {
  ...{
    apart: APART_WORDS,
    faces: FACE_WORDS,
    guide: guideWords,
    measure: measureWords,
    offline: OFFLINE_WORDS,
    renewal: RENEWAL_WORDS,
  },
  ...{
    time: OVER_TIME_WORDS,
    rates: RATES_WORDS,
    wording: WORDING_WORDS,
    panel: WORDS_PANEL_WORDS,
    devices: DEVICES_WORDS,
  },
};
const all = (language: 'en' | 'ko'): [path: string, text: string][] => [
  ...said({ en: { ...en, errors: {} }, ko: { ...ko, errors } }[language]),
  ...Object.entries(late).flatMap(([name, tables]) => said(tables[language], `.late.${name}`)),
];

describe('Korean', () => {
  // what has a meaning of its own is left as it is
  const same =
    /^\.(language|glosses|errors|status\.(webgpu|wasm)|late\.time\.export\.formats|late\.rates\.(stages|milliseconds)|words\.sources|late\.guide\.steps\.\d\.part|late\.measure\.bytes)/;

  it.each(all('en').filter(([path, text]) => !same.test(path) && text !== ''))('%s', (path, english) => {
    const korean = new Map(all('ko')).get(path);
    expect(korean).toMatch(/[가-힣]/);
    expect(korean).not.toBe(english);
  });

  it('has what every function is given', () => {
    const korean = new Map(all('ko'));
    for (const [path, english] of all('en')) {
      for (const given of ['§1', '§2']) {
        if (english.includes(given)) expect(korean.get(path), path).toContain(given);
      }
    }
  });

  it.each(ERROR_CODES)('says what %s is and what to do', (code) => {
    const { what, cure } = errors[code];
    expect(what).toMatch(/[가-힣].*\.$/);
    expect(cure).toMatch(/[가-힣].*\.$/);
  });

  it('gives each default label a meaning', () => {
    for (const label of DEFAULT_LABELS) expect(ko.glosses[label]).toMatch(/[가-힣]/);
  });

  it('gives no meaning to what can be no label: each is one piece of the vocabulary', () => {
    const tokenizer = readFileSync(
      new URL('../../../public/models/small/tokenizer.json', import.meta.url),
      'utf8',
    );
    const { vocab } = (JSON.parse(tokenizer) as { model: { vocab: Record<string, number> } }).model;
    expect(Object.keys(ko.glosses).filter((label) => vocab[label] === undefined)).toEqual([]);
  });

  it('forgets nothing where something is deleted, and checks no answers where marks count', () => {
    // 잊다 is what a person does; 답을 맞추다 is what a pupil does
    for (const [path, text] of all('ko')) expect(text, path).not.toMatch(/잊기|잊습니다|답을 맞추/);
  });

  it('has one name for one thing', () => {
    const { conditions, evidence, meter } = ko;
    const silence = OVER_TIME_WORDS.ko.timeline.marks.silence;
    expect([meter.quiet, silence, conditions.silence]).toEqual(Array<string>(3).fill('말소리 없음'));
    expect(evidence.silence).toContain('말소리 없음');
    expect(conditions['no-picture']).toContain(evidence.noPicture);
    // a mark is 표시: neither the sign in the address bar is, nor those above the picture
    for (const [path, text] of all('ko')) expect(text, path).not.toMatch(/옆의 표시|위의 표시가/);
  });

  it.each(['refused', 'busy'] as const)('names what is to be switched off and on: %s', (status) => {
    expect(ko.controls.tracks[status]('마이크')).toMatch(/마이크를 껐다가 다시 켜십시오/);
  });

  it('writes percents as the bars do, in English too', () => {
    for (const [path, text] of [...all('en'), ...all('ko')]) expect(text, path).not.toMatch(/\d\s%/);
  });

  it('speaks one way throughout', () => {
    // 합쇼체: no ending of 해요체 or 반말 at a sentence's end
    for (const [path, text] of all('ko')) expect(text, path).not.toMatch(/(요|해|한다|된다|이다)[.!?]/);
  });
});

it('leaves a page its own @lit/localize to set up, which can be done once', () => {
  const own = {
    sourceLocale: 'de',
    targetLocales: ['fr'],
    loadLocale: () => Promise.reject(new Error('none')),
  };
  expect(() => configureLocalization(own)).not.toThrow();
});

it('counts one face and one moment as one', () => {
  const { frames, tokens } = APART_WORDS.en.playground;
  expect([frames(1), frames(2)]).toEqual(['1 face hidden', '2 faces hidden']);
  expect([tokens(1), tokens(2)]).toEqual(['1 moment of voice hidden', '2 moments of voice hidden']);
});

it.each(['en', 'ko'] as const)(
  'where words are chosen it is said that only English is read: %s',
  (language) => {
    const { english, captionsHint } = WORDS_PANEL_WORDS[language];
    const { textHint } = { en, ko }[language].controls;
    const guided = guideWords[language].steps.find(({ part }) => part === 'controls')?.text;
    for (const text of [english, captionsHint, textHint, guided]) expect(text).toMatch(/English|영어/);
  },
);

it.each([
  ['en', en, /speech/i],
  ['ko', ko, /음성/],
] as const)(
  'the notice’s speech recognition is found among the sources of words: %s',
  (_name, words, speech) => {
    expect(words.notice).toMatch(speech);
    expect(words.words.sources.browser).toMatch(speech);
    expect(words.words.sources['in-page']).toMatch(speech);
  },
);

describe('that nothing is sent', () => {
  it.each([
    ['en', en, /speech recognition may send .*maker, if you switch it on/],
    ['ko', ko, /음성 인식만은, 켜시는 경우에 .*제조사로 보낼 수 있습니다/],
  ] as const)('is said with its one exception: %s', (language, { notice }, exception) => {
    expect(notice).toMatch(exception);
    const claims = guideWords[language].steps.filter(({ text }) => /not sent|전송하지/.test(text));
    expect(claims).toHaveLength(1);
    for (const { text } of claims) expect(text).toMatch(exception);
  });

  it('is not said at a start that lets the browser send', () => {
    const { start, away, stays } = en.consent;
    expect(start('your voice', stays)).toMatch(/nothing is sent/);
    expect(start('your voice', away)).toMatch(/sends the sound to its maker/);
    expect(start('your voice', away)).not.toMatch(/nothing is sent/);
  });
});

it.each([
  ['en', en],
  ['ko', ko],
] as const)('a run claims neither to see nor to hear, as either may be switched off: %s', (_name, words) => {
  expect(words.phases.listening).toMatch(/expression|표현/);
  expect(words.phases.listening).not.toMatch(/listen|hear|see|watch|look|듣|보/i);
});

describe('that nothing is stored', () => {
  // the model's files are, and marks where somebody keeps them
  it.each([
    ['en', en, /no picture or sound stored/, /nothing (is )?(sent or )?stored/],
    ['ko', ko, /영상과 소리는 저장하지 않습니다/, /아무것도 (보내거나 )?저장/],
  ] as const)('is promised of picture and sound alone: %s', (_language, { consent }, promised, beyond) => {
    for (const sent of [consent.stays, consent.away]) {
      expect(sent).toMatch(promised);
      expect(sent).not.toMatch(beyond);
    }
  });
});

describe('an open blank', () => {
  it.each([
    [['text', 'face', 'voice'], 'words, camera or microphone', '말, 카메라 또는 마이크로'],
    [['face'], 'camera', '카메라로'],
    [['text'], 'words', '말로'],
  ] as const)('names what may fill it: %s', (given, english, korean) => {
    expect(en.prompt.waiting(given)).toBe(`Filled in by ${english}.`);
    expect(ko.prompt.waiting(given)).toBe(`${korean} 빈칸을 채웁니다.`);
  });
});

describe('whoever speaks', () => {
  beforeAll(async () => {
    const { fetchWords } = await import('.');
    // the window is told; Node has none
    Object.assign(globalThis, { window: new EventTarget() });
    await fetchWords('ko');
  });

  it('is heard in the own language, and only while speaking', () => {
    expect(strings.controls.start).toBe(en.controls.start);
    speaking('ko', () => {
      expect(strings.controls.start).toBe(ko.controls.start);
      speaking('en', () => expect(strings.controls.start).toBe(en.controls.start));
      expect(strings.controls.start).toBe(ko.controls.start);
    });
    expect(strings.controls.start).toBe(en.controls.start);
  });

  it('finds its own among words that come late', () => {
    const tables = { en: 'late', ko: '나중에' };
    expect(wordsFrom(tables)).toBe('late');
    expect(speaking('ko', () => wordsFrom(tables))).toBe('나중에');
  });

  it('leaves the others their words when it throws', () => {
    expect(() =>
      speaking('ko', () => {
        throw new Error('broken off');
      }),
    ).toThrow('broken off');
    expect(strings.language satisfies Words['language']).toBe('en');
  });
});

describe('languageOf', () => {
  it.each([
    ['ko', 'ko'],
    ['ko-KR', 'ko'],
    ['KO-Kore-KR', 'ko'],
    ['en-GB', 'en'],
    ['de', null],
    ['', null],
    ['kok', null],
  ])('%s -> %s', (tag, language) => {
    expect(languageOf(tag)).toBe(language);
  });
});
