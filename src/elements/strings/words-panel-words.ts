/** What `<memo-words>` says of a source that is not typed, in each language: fetched when one is chosen. */

import { wordsFrom } from '.';
import type { Said } from './words';

const en = {
  statuses: {
    starting: 'Getting ready',
    listening: 'Listening',
    failed: 'Stopped',
  },
  /** What the browser's recognition does with the sound. */
  places: {
    unknown: 'Asking the browser where it would listen.',
    device: 'Your browser turns the sound into words on this device: it stays here.',
    installable:
      'Your browser can turn the sound into words on this device, once it has fetched a language pack. The sound stays here.',
    service:
      'Your browser sends the sound to its maker’s servers to turn it into words. Nothing else here leaves your device.',
  },
  chooseCaptions: 'Choose captions',
  /** Speech in another language would come out as English that nobody said. */
  english: 'Speak English: the model reads no other language.',
  captionsHint: 'An English .vtt or .srt file; it can be dropped here too.',
  cues: (name: string, count: number) => `${name}, ${count === 1 ? '1 cue' : `${count} cues`}`,
  inPage:
    'A speech model in this page turns the sound into words: the sound stays here. The model is fetched once, then kept.',
  listen: 'Listen',
  listenAway: 'Send it and listen',
  withStart: 'Begins when you press Start',
  withMicrophone: 'Goes on when the microphone is back',
  /** Beside an open file, which Start would leave. */
  withNext: 'Begins with the next start or file',
  nothing: 'No words yet.',
} as const;

type WordsPanelWords = Said<typeof en>;

const ko: WordsPanelWords = {
  statuses: { starting: '준비하는 중', listening: '듣는 중', failed: '멈춤' },
  places: {
    unknown: '소리를 어디에서 듣는지 브라우저에 묻고 있습니다.',
    device: '브라우저가 이 기기에서 소리를 글로 바꿉니다. 소리는 기기를 떠나지 않습니다.',
    installable:
      '브라우저가 언어 팩을 받고 나면 이 기기에서 소리를 글로 바꿀 수 있습니다. 소리는 기기를 떠나지 않습니다.',
    service:
      '브라우저가 소리를 글로 바꾸려고 브라우저 제조사의 서버로 보냅니다. 그 밖의 것은 기기를 떠나지 않습니다.',
  },
  chooseCaptions: '자막 고르기',
  english: '영어로 말하십시오. 모델은 영어만 읽습니다.',
  captionsHint: '영어 자막 파일(.vtt 또는 .srt)입니다. 여기에 끌어다 놓아도 됩니다.',
  cues: (name, count) => `${name}, 자막 ${count}개`,
  inPage:
    '이 페이지 안의 음성 모델이 소리를 글로 바꿉니다. 소리는 기기를 떠나지 않습니다. 모델은 한 번만 받고 보관합니다.',
  listen: '듣기',
  listenAway: '소리를 보내고 듣기',
  withStart: '시작을 누르면 함께 시작합니다',
  withMicrophone: '마이크가 다시 연결되면 이어집니다',
  withNext: '다음에 시작하거나 파일을 열 때 함께 시작합니다',
  nothing: '아직 들은 말이 없습니다.',
};

export const WORDS_PANEL_WORDS = { en, ko };

/** In the language of whoever speaks. */
export function wordsPanelWords(): WordsPanelWords {
  return wordsFrom<WordsPanelWords>(WORDS_PANEL_WORDS);
}
