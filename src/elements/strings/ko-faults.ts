/** Errors in Korean, where one code stands for several faults: told apart by the error's own English. */

import { AGAIN, DEVELOPER, errors } from './ko-errors';
import type { ErrorWords, ToldError } from './words';

/** By the cure of an error for which what `ko-errors.ts` says of its code would be wrong. `tests/korean-errors.test.ts` knows of each. */
export const FAULTS: Readonly<Record<string, ErrorWords>> = {
  // file-missing
  'Check the connection and try again; if it comes back, reload the page.': {
    what: '이 페이지의 스크립트를 가져오지 못했습니다.',
    cure: '연결을 확인하고 방금 한 것을 다시 하십시오. 되풀이되면 필요한 것을 저장한 뒤 페이지를 새로 고치십시오.',
  },
  'Serve the scripts from the page’s own origin, and let Trusted Types pass them.': {
    what: '워커를 시작하지 못했습니다.',
    cure: DEVELOPER,
  },
  'Check the connection; the host of the scripts must allow this page by CORS, and the page’s policy must have blob: and that host in worker-src. Or serve the scripts from the page’s own origin.':
    {
      what: '다른 사이트에 있는 워커를 시작하지 못했습니다.',
      cure: `연결을 확인하고 ${AGAIN} 되풀이되면 이 페이지를 만든 사람에게 알려 주십시오.`,
    },
  'Check the address; a file of another origin must allow this page, by CORS and by its own policy.': {
    what: '이 주소의 파일을 가져오지 못했습니다.',
    cure: '주소와 연결을 확인하십시오. 다른 사이트의 파일은 그 사이트가 이 페이지에 허용해야 합니다.',
  },
  // backend-unavailable
  'Run it in a page or in a dedicated worker, not in a service worker, a shared worker or on a server; an extension has its offscreen document for it.':
    {
      what: '모델은 워커에서 도는데, 여기서는 워커를 시작할 수 없습니다.',
      cure: '페이지나 전용 워커에서 여십시오. 서비스 워커, 공유 워커, 서버에서는 돌지 않으며, 확장 프로그램에서는 오프스크린 문서를 쓰십시오.',
    },
  "Check the connection and press Start again. If it comes back, the page's own files are missing on the server: put the whole build there.":
    {
      what: '모델을 돌리는 ONNX Runtime을 시작하지 못했습니다.',
      cure: `연결을 확인하고 ${AGAIN} 되풀이되면 이 페이지를 만든 사람에게 알려 주십시오.`,
    },
  // moment-missing
  'Take the moment while it plays, or give the file in another format, such as MP4 or WebM.': {
    what: '이 브라우저는 이 파일을 재생만 할 수 있어 지난 순간으로 되돌아가지 못합니다.',
    cure: '재생하는 동안 순간을 담거나, 파일을 MP4나 WebM으로 바꾸어 여십시오.',
  },
  'Wait until it is done, or cancel it, then take the moment.': {
    what: '파일을 분석하는 동안에는 지난 순간을 담을 수 없습니다.',
    cure: '분석이 끝나기를 기다리거나 취소한 뒤 담으십시오.',
  },
  // marks-missing
  'Mark moments of at least two different words.': {
    what: '답에 반영할 표시가 모자랍니다.',
    cure: '서로 다른 단어를 두 개 이상 표시하십시오.',
  },
  // worker-lost
  'Start it again. If it comes back, close other pages: the memory may not be enough.': {
    what: '음성 모델을 맡은 워커가 멈추었습니다.',
    cure: '듣기를 다시 켜십시오. 되풀이되면 다른 탭을 닫아 메모리를 비우십시오.',
  },
  // device-missing
  'Plug one in or allow it, then start it again.': {
    what: '브라우저의 음성 인식이 마이크를 찾지 못했습니다.',
    cure: '마이크를 연결하거나 허용한 뒤 듣기를 다시 켜십시오.',
  },
  // recognition-unstable
  'Take the words from captions or from typing.': {
    what: '누군가 말했지만 브라우저의 음성 인식에 들리지 않았습니다. 이 기기에서는 마이크를 한 번에 한 곳에서만 쓸 수 있습니다.',
    cure: '자막을 고르거나 직접 입력하십시오.',
  },
  // media-unreadable
  'Open it in a browser with WebCodecs for its format (a current Chrome or Edge), or cut it into parts of 45 minutes.':
    {
      what: '이 브라우저에서 읽기에는 너무 긴 파일입니다.',
      cure: '최신 Chrome이나 Edge에서 열거나, 45분 이하로 나누어 여십시오.',
    },
  'Try another copy of the file; what was read until then is kept.': {
    what: '이 파일은 도중부터 손상되어 있습니다.',
    cure: '같은 파일의 다른 사본을 여십시오. 그때까지 읽은 것은 남아 있습니다.',
  },
  'Try another copy of the file.': {
    what: '이 파일은 도중부터 손상되어 있습니다.',
    cure: '같은 파일의 다른 사본을 여십시오.',
  },
  'Give a video or sound file (MP4, WebM, WAV), or captions as WebVTT (.vtt) or SubRip (.srt).': {
    what: '동영상도 소리도 자막도 아닌 파일입니다. 진행 중인 것은 계속됩니다.',
    cure: '동영상이나 소리 파일(MP4, WebM, WAV) 또는 자막 파일(.vtt, .srt)을 주십시오.',
  },
  // model-integrity
  'Connect to the network and press Start again.': {
    what: '이 기기에 보관된 모델 파일이 손상되었고, 다시 가져오지 못했습니다.',
    cure: `네트워크에 연결하고 ${AGAIN}`,
  },
  'Serve the page over https, or open it on localhost.': {
    what: '안전하지 않은 주소로 열린 페이지여서 모델을 확인할 수 없습니다.',
    cure: 'https 주소로 여십시오.',
  },
  // not-kept
  'Open it over https or on localhost, in a window that is not private, and load it again.': {
    what: '이 페이지에는 서비스 워커가 없어 아무것도 보관할 수 없습니다.',
    cure: 'https 주소로, 비공개 창이 아닌 창에서 열고 새로 고치십시오.',
  },
  // capture-unsupported
  'Reload the page; with a content policy of your own, let script-src take files of this origin.': {
    what: '마이크를 읽는 스크립트를 불러오지 못했습니다.',
    cure: '페이지를 새로 고치십시오. 되풀이되면 이 페이지를 만든 사람에게 알려 주십시오.',
  },
  'Try another browser, or go on with the camera alone.': {
    what: '이 브라우저는 마이크를 그 표본화 주파수대로 읽지 못합니다.',
    cure: '다른 브라우저에서 열거나 카메라만 켜십시오.',
  },
  'Open the page over HTTPS; a file or the built-in actor works as it is.': {
    what: '이 페이지는 카메라와 마이크를 요청할 수 없습니다. 브라우저는 https 주소나 localhost에서만 허용합니다.',
    cure: 'https 주소로 여십시오. 파일과 배우는 그대로 쓸 수 있습니다.',
  },
  'Export CSV or JSON, or use another browser.': {
    what: '이 브라우저에서는 시간에 따른 그림을 그릴 수 없습니다.',
    cure: 'CSV나 JSON으로 저장하거나 다른 브라우저에서 여십시오.',
  },
  'Use a camera or a file, or another browser.': {
    what: '이 브라우저에서는 배우를 그릴 수 없습니다.',
    cure: '카메라나 파일을 쓰거나 다른 브라우저에서 여십시오.',
  },
  'Measure with another browser.': {
    what: '이 브라우저에서는 배우를 그릴 수 없습니다.',
    cure: '다른 브라우저에서 측정하십시오.',
  },
};

const DEVICES = [
  { english: 'camera', korean: '카메라' },
  { english: 'microphone', korean: '마이크' },
] as const;

/** What keeps a device away, as `capture/no-devices.ts` says it. */
const AWAY: readonly {
  readonly says: (device: string) => string;
  readonly what: (devices: string) => string;
  readonly cure: (devices: string) => string;
}[] = [
  {
    says: (device) => `${device} access was refused`,
    what: (devices) => `${devices} 사용이 거부되었습니다.`,
    cure: (devices) => `주소 표시줄의 아이콘에서 이 페이지에 ${devices}를 허용하십시오.`,
  },
  {
    says: (device) => `no ${device} was found`,
    what: (devices) => `${devices}를 찾지 못했습니다.`,
    cure: (devices) => `${devices}를 연결하십시오. 파일과 배우는 장치가 없어도 됩니다.`,
  },
  {
    says: (device) => `the ${device} that was chosen is not there`,
    what: (devices) => `고른 ${devices}가 연결되어 있지 않습니다.`,
    cure: (devices) => `${devices}를 다시 연결하거나 다른 ${devices}를 고르십시오.`,
  },
  {
    says: (device) => `no ${device} meets the constraint`,
    what: (devices) => `이 페이지가 요구한 조건에 맞는 ${devices}가 없습니다.`,
    cure: (devices) => `조건에 맞는 ${devices}를 연결하십시오.`,
  },
  {
    says: (device) => `the ${device} is there but cannot be read`,
    what: (devices) => `${devices}를 읽지 못했습니다. 다른 프로그램이 쓰고 있을 수 있습니다.`,
    cure: (devices) => `${devices}를 쓰는 다른 프로그램을 닫으십시오.`,
  },
];

/** Each device by its own fault; null where the English says none of them. Both names end in a vowel: 를 and 가 are right after either. */
function devicesAway(message: string): ErrorWords | null {
  const english = message.toLowerCase();
  const found = AWAY.flatMap(({ says, what, cure }) => {
    const devices = DEVICES.filter((device) => english.includes(says(device.english)));
    const names = devices.map(({ korean }) => korean).join('와 ');
    return names === '' ? [] : [{ what: what(names), cure: cure(names) }];
  });
  if (found.length === 0) return null;
  return {
    what: found.map(({ what }) => what).join(' '),
    cure: `${found.map(({ cure }) => cure).join(' ')} 그런 다음 시작을 다시 누르십시오.`,
  };
}

export function errorWords({ code, message, cure }: ToldError): ErrorWords {
  const away = code.startsWith('device') ? devicesAway(message) : null;
  if (away !== null && code === 'devices-denied')
    return { ...away, what: `카메라와 마이크를 모두 쓸 수 없습니다. ${away.what}` };
  return away ?? FAULTS[cure] ?? errors[code];
}
