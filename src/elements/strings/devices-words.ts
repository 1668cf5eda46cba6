/** What `<memo-devices>` says, in each language: fetched with it, not at the start. */

import { wordsFrom } from '.';
import type { Said } from './words';

const en = {
  camera: 'Camera',
  microphone: 'Microphone',
  /** Nothing was chosen. */
  own: 'The browser’s choice',
  ownNow: (label: string) => `The browser’s choice (${label})`,
  /** Of one that was chosen, and is not among those that are there. */
  gone: 'The chosen one, not connected',
  camerasHidden: 'Cameras have no names before you allow one: press Start first.',
  microphonesHidden: 'Microphones have no names before you allow one: press Start first.',
  none: 'None is connected.',
  notThere: 'What was chosen is not connected, and no other takes its place. Plug it in, or choose another.',
  atOnce: 'Changes at once, and the run goes on.',
  next: 'Holds from the next start with camera or microphone on.',
} as const;

type DevicesWords = Said<typeof en>;

const ko: DevicesWords = {
  camera: '카메라',
  microphone: '마이크',
  own: '브라우저에 맡김',
  ownNow: (label) => `브라우저에 맡김(${label})`,
  gone: '고른 장치(연결되어 있지 않음)',
  camerasHidden: '허용하기 전에는 카메라의 이름을 알 수 없습니다. 먼저 시작을 누르십시오.',
  microphonesHidden: '허용하기 전에는 마이크의 이름을 알 수 없습니다. 먼저 시작을 누르십시오.',
  none: '연결된 것이 없습니다.',
  notThere:
    '고른 장치가 연결되어 있지 않고, 다른 장치를 대신 쓰지 않습니다. 다시 연결하거나 다른 장치를 고르십시오.',
  atOnce: '고르면 바로 바뀌고, 하던 것은 계속됩니다.',
  next: '카메라나 마이크로 다음에 시작할 때부터 씁니다.',
};

export const DEVICES_WORDS = { en, ko };

/** In the language of whoever speaks. */
export function devicesWords(): DevicesWords {
  return wordsFrom<DevicesWords>(DEVICES_WORDS);
}
