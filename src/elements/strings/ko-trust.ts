/** `en-trust.ts` in Korean. */

export const trustConditions = {
  'no-picture': '카메라 영상이 들어오지 않음: 계속되면 페이지를 누르십시오',
  'poor-light': '얼굴의 조명이 좋지 않음',
  'no-sound': '소리가 들어오지 않음: 페이지를 누르거나 스피커를 연결하십시오',
  clipping: '소리가 너무 커서 잘림',
  'awaiting-network': '네트워크 없음: 연결되면 이어서 불러옴',
  recovering: '모델을 다시 시작하는 중',
} as const;

export const trustTracks = {
  lost: (device: string) =>
    `${device}의 연결이 끊겼습니다. 다시 연결되면 바로 이어집니다. 추정과 설정은 그대로입니다.`,
} as const;

export const trustDoubts = {
  'low-confidence': '뚜렷한 단어가 없음',
  'other-words': '다른 단어가 더 어울림',
  'no-face': '얼굴이 보이지 않음',
  'poor-light': '얼굴의 조명이 좋지 않음',
  silence: '말소리가 없음',
  clipping: '소리가 잘림',
} as const;

export const trustUnsure = {
  word: '확실하지 않음',
  because: (reasons: readonly string[]) => `확실하지 않음: ${reasons.join(', ')}.`,
  bars: '하나를 고를 만큼 확실하지 않습니다.',
} as const;

/** Beside the button that starts it, so that it is read before the first frame. */
export const trustConsent = {
  devices: { camera: '얼굴', microphone: '목소리' },
  start: (read: string, sent: string) =>
    `시작하면 AI 시스템이 이 페이지 안에서 ${read}의 표현을 읽습니다. ${sent}. 감정이 아니라 표현을 추정하며, 틀릴 수 있습니다.`,
  stays: '아무것도 보내지 않고, 영상과 소리는 저장하지 않습니다',
  away: '선택하신 대로 브라우저가 소리를 브라우저 제조사로 보냅니다. 그 밖에는 아무것도 보내지 않고, 영상과 소리는 저장하지 않습니다',
  and: '과 ',
} as const;

export const trustEvidence = {
  lost: '연결이 끊김, 기다리는 중',
  undecodable: '이 브라우저에서 읽을 수 없는 형식',
  noPicture: '카메라 영상이 들어오지 않음',
  poorLight: '너무 어둡거나 밝거나 흐려서 읽을 수 없음',
  noSound: '소리가 들어오지 않음',
} as const;
