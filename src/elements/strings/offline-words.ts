/** What is said about what lies on this device, in each language: fetched with the part that shows it, not at the start. */

import type { OfflineState } from '../../offline';
import { wordsFrom } from '.';
import type { Said } from './words';

const kept: Record<OfflineState['kept'], string> = {
  nothing: 'Not kept: without a network it will not start.',
  partly: 'Partly kept: without a network it will not do its whole job.',
  all: 'Kept: it does its whole job without a network.',
};

const work: Record<Exclude<OfflineState['work'], 'none'>, string> = {
  looking: 'Looking up what is kept here',
  keeping: 'Fetching what is missing',
  deleting: 'Deleting',
};

const en = {
  heading: 'Without a network',
  kept,
  work,
  offline: 'You are offline.',
  unsupported:
    'Nothing can be kept here: open this page over https or on localhost, in a window that is not private.',
  stored: (megabytes: string) => `${megabytes} MB of this page and its models lie on this device.`,
  persistent: 'The browser keeps them till you delete them.',
  temporary: 'The browser may clear them when it needs room.',
  healed: (count: number) =>
    count === 1
      ? 'A file was found damaged here, and was fetched again.'
      : `${count} files were found damaged here, and were fetched again.`,
  keep: (megabytes: string | null) =>
    megabytes === null ? 'Keep for offline' : `Keep for offline (${megabytes} MB)`,
  bytes: (loaded: string, total: string) => `${loaded} of ${total} MB`,
  delete: 'Delete the models',
  forget: 'Forget everything',
  forgetHint:
    'Only models and this page’s own files are stored, and moments you marked, if you chose to keep them. Pictures, sound and what was said never are.',
  update: {
    ready: 'A new version is ready. It waits until you say so.',
    coming: 'The new version comes as soon as the one before has ended. That may take half a minute.',
    refused:
      'Another tab of this page is at work, or shows results that would be lost. Save them there and close it, then update.',
    button: 'Update and reload',
  },
} as const;

export type OfflineWords = Said<typeof en>;

const ko: OfflineWords = {
  heading: '네트워크 없이',
  kept: {
    nothing: '보관되지 않았습니다. 네트워크가 없으면 시작하지 못합니다.',
    partly: '일부만 보관되었습니다. 네트워크가 없으면 일부 기능만 작동합니다.',
    all: '보관되었습니다. 네트워크 없이도 모두 작동합니다.',
  },
  work: {
    looking: '보관된 것을 살피는 중',
    keeping: '모자란 파일을 가져오는 중',
    deleting: '지우는 중',
  },
  offline: '오프라인입니다.',
  unsupported:
    '여기에는 아무것도 보관할 수 없습니다. https나 localhost에서, 비공개 창이 아닌 창으로 이 페이지를 여십시오.',
  stored: (megabytes) => `이 페이지와 모델 ${megabytes} MB가 이 기기에 있습니다.`,
  persistent: '지울 때까지 브라우저가 보관합니다.',
  temporary: '공간이 필요하면 브라우저가 지울 수 있습니다.',
  healed: (count) => `이 기기에서 손상된 파일 ${count}개를 찾아 다시 가져왔습니다.`,
  keep: (megabytes) => (megabytes === null ? '오프라인용으로 보관' : `오프라인용으로 보관(${megabytes} MB)`),
  bytes: (loaded, total) => `${total} MB 중 ${loaded}`,
  delete: '모델 지우기',
  forget: '모두 지우기',
  forgetHint:
    '모델과 이 페이지의 파일만 저장합니다. ‘나에게 맞추기’에서 표시한 순간은 보관을 켰을 때만 저장합니다. 영상과 소리와 말은 결코 저장하지 않습니다.',
  update: {
    ready: '새 버전이 준비되었습니다. 누르실 때까지 기다립니다.',
    coming: '이전 버전이 끝나는 대로 새 버전이 시작됩니다. 30초쯤 걸릴 수 있습니다.',
    refused:
      '이 페이지의 다른 탭이 작동하고 있거나, 새로 고치면 사라질 결과를 보여 주고 있습니다. 필요한 것을 저장하고 그 탭을 닫은 뒤 업데이트하십시오.',
    button: '업데이트하고 새로 고침',
  },
};

export const OFFLINE_WORDS = { en, ko };

/** In the language of whoever speaks. */
export function offlineWords(): OfflineWords {
  return wordsFrom<OfflineWords>(OFFLINE_WORDS);
}
