/** `en-apart.ts` in Korean. */

import type { Words } from './words';

type ApartKey = 'lookedAt' | 'wording' | 'playground' | 'yours';

export const koApart: Pick<Words, ApartKey> = {
  lookedAt: {
    heading: '모델이 본 구간',
    seconds: (seconds) => `${seconds}초`,
    of: (modality, seconds, of) => `${modality}: 지난 ${of}초 가운데 ${seconds}초`,
    since: (seconds) => `${seconds}초 전`,
    now: '지금 보이는 순간',
  },
  wording: { open: '문장 바꾸기' },
  playground: { open: '가려 보기' },
  yours: { open: '나에게 맞추기' },
};
