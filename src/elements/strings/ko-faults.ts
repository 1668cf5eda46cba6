/** Errors in Korean, where one code stands for several faults: told apart by the error's own English. */

import { errors } from './ko-errors';
import type { ErrorWords, ToldError } from './words';

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
    says: (device) => `the ${device} is there but cannot be read`,
    what: (devices) => `${devices}를 읽지 못했습니다. 다른 프로그램이 쓰고 있을 수 있습니다.`,
    cure: (devices) => `${devices}를 쓰는 다른 프로그램을 닫으십시오.`,
  },
];

/** Each device by its own fault; null where the English says none of them. Both names end in a vowel: 를 is right after either. */
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

export function errorWords({ code, message }: ToldError): ErrorWords {
  const device = code.startsWith('device') ? devicesAway(message) : null;
  return device ?? errors[code];
}
