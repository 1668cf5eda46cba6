/** Every word the elements say, in Korean. The label words stay English, as the model's vocabulary is; their meaning stands beside. */

import type { Modality } from '../../memobert/estimate';
import { koApart } from './ko-apart';
import { errorWords } from './ko-faults';
import {
  trustConditions,
  trustConsent,
  trustDoubts,
  trustEvidence,
  trustTracks,
  trustUnsure,
} from './ko-trust';
import { anyOf, type Words } from './words';

const modalities: Record<Modality, string> = { text: '말', face: '얼굴', voice: '목소리' };
const givers: Record<Modality, string> = { text: '말', face: '카메라', voice: '마이크' };

const glosses: Readonly<Record<string, string>> = {
  neutral: '덤덤함',
  happy: '기쁨',
  sad: '슬픔',
  angry: '화남',
  surprised: '놀람',
  scared: '무서움',
  disgusted: '역겨움',
  contempt: '경멸',
  frustrated: '답답함',
  excited: '신남',
  bored: '지루함',
  confused: '혼란',
  calm: '차분함',
  worried: '걱정',
  tired: '피곤함',
  awake: '깨어 있음',
  interested: '흥미',
  anxious: '불안',
  proud: '자랑스러움',
  ashamed: '부끄러움',
  amused: '즐거움',
  relaxed: '편안함',
  lonely: '외로움',
  afraid: '두려움',
  upset: '속상함',
};

/** Said of a device that is not live. */
const tracks: Words['controls']['tracks'] = {
  refused: (device) =>
    `${device} 사용이 거부되었습니다. 쓰려면 브라우저의 주소 표시줄에서 허용한 뒤 ${device}를 껐다가 다시 켜십시오.`,
  missing: (device) => `${device} 장치를 찾지 못했습니다.`,
  busy: (device) =>
    `${device} 장치를 다른 프로그램이 쓰고 있습니다. 그 프로그램을 닫은 뒤 ${device}를 껐다가 다시 켜십시오.`,
  ended: (device) => `${device} 신호가 끝났습니다.`,
  ...trustTracks,
};

export const ko: Words = {
  language: 'ko',
  consent: trustConsent,
  unsure: { ...trustUnsure, doubts: trustDoubts },
  phases: {
    idle: '준비됨',
    asking: '허용을 기다리는 중',
    loading: '불러오는 중',
    warming: '준비하는 중',
    listening: '표현을 읽는 중',
    paused: '탭이 가려져 쉬는 중',
    error: '멈춤',
  },
  conditions: {
    'no-face': '얼굴이 보이지 않음',
    silence: '말소리 없음',
    muted: '마이크 음소거',
    'cpu-fallback': 'CPU에서 계산',
    offline: '오프라인, 계속 작동함',
    ...trustConditions,
  },
  modalities,
  steps: {
    fetch: '가져오는 중:',
    compile: '준비하는 중:',
    'warm-up': '시험 삼아 돌리는 중:',
    verify: '답을 확인하는 중:',
    ready: '준비됨',
  },
  glosses,
  errors: errorWords,
  notice:
    '이 페이지 안에서 작동하는, 감정 표현을 인식하는 AI 시스템입니다. 카메라 영상과 소리, 말은 어디로도 전송되지 않습니다. 브라우저 자체의 음성 인식만은, 켜시는 경우에 소리를 브라우저 제조사로 보낼 수 있습니다. 사람이 무엇을 느끼는지가 아니라 무엇을 표현하는지를 추정하며, 틀릴 수 있습니다.',
  region: '감정 인식기',
  prompt: {
    blank: '빈칸',
    vocabulary: '모든 단어 중에서:',
    ofLabels: (count) => `(단어 ${count}개 중)`,
    waiting: (given) => `${anyOf('ko', givers, given)}로 빈칸을 채웁니다.`,
    nowhere: '파일의 이 순간에는 답이 없습니다.',
    listening: (given) => `기다리는 중: ${anyOf('ko', modalities, given)}`,
  },
  bars: {
    heading: '표현 추정',
    provisional: '얼굴과 목소리만으로 본 첫인상입니다. 나머지는 불러오는 중입니다.',
    vocabularyIsEnglish: '모델의 어휘는 영어입니다. 우리말은 그 뜻을 풀이한 것입니다.',
  },
  evidence: {
    absent: '없음',
    none: '아직 없음',
    contribution: '답에 준 영향',
    off: '꺼져 있음',
    notInFile: '이 파일에 없음',
    refused: '거부됨',
    missing: '찾지 못함',
    busy: '다른 프로그램이 사용 중',
    ended: '끝남',
    nothingSaid: '말하거나 입력한 것이 아직 없음',
    noFace: '보이는 얼굴 없음',
    silence: '들리는 말소리 없음',
    muted: '마이크 음소거',
    waiting: '기다리는 중',
    ...trustEvidence,
  },
  controls: {
    start: '시작',
    stop: '정지',
    camera: '카메라',
    microphone: '마이크',
    actor: '카메라 없이 해 보기',
    file: '파일 열기',
    closeFile: '파일 닫기',
    cancel: '취소',
    which: '카메라와 마이크 고르기',
    chooseDevice: '시작하려면 카메라나 마이크를 켜십시오.',
    text: '지금 하는 말',
    textHint: '영어 문장을 입력하십시오',
    send: '문장 읽기',
    tracks,
  },
  words: {
    sources: { typed: '입력', captions: '자막', browser: '음성(브라우저)', 'in-page': '음성(페이지)' },
    foreign: '모델은 영어를 읽습니다. 이 글은 말로 치지 않습니다.',
  },
  preview: {
    cameraOff: '영상 없음',
    camera: '카메라 켜짐',
    microphone: '마이크 켜짐',
    actor: '그림 배우',
    file: '파일',
    stream: '스트림',
    label: '인식기가 보는 화면',
    drop: '동영상이나 소리 파일, 자막을 여기에 놓으십시오',
    player: '분석하는 파일',
  },
  meter: {
    label: '마이크 소리 크기',
    sound: '소리 크기',
    speaking: '말소리',
    quiet: '말소리 없음',
    muted: '음소거',
  },
  status: {
    analysing: '파일을 분석하는 중',
    webgpu: 'WebGPU',
    wasm: 'CPU(WebAssembly)',
    forced: '이 페이지가 고름',
    lightFace: '가벼운 얼굴 인코더',
    reasons: {
      'this browser has no WebGPU': '이 브라우저에는 WebGPU가 없음',
      'the browser offers no GPU adapter': '브라우저가 GPU를 내주지 않음',
      'the GPU adapter is software, slower than WebAssembly': 'GPU가 소프트웨어여서 WebAssembly보다 느림',
      'This browser gives a worker no WebGL, which finding faces needs.':
        'WebGL이 없어 얼굴을 찾지 못합니다. 브라우저 설정에서 하드웨어 가속을 켜십시오.',
      other: 'GPU 계산에 실패하여 CPU로 바꿈',
    },
    threads: (count) => `스레드 ${count}개`,
  },
  progress: {
    label: '불러오는 중',
    bytes: (loaded, total) => `${total} MB 중 ${loaded}`,
  },
  error: { dismiss: '닫기', code: '코드', original: '자세한 설명(영어)' },
  announce: {
    top: (label, percent) => `가장 그럴듯한 단어: ${label}, ${percent}`,
    conditionEnded: (condition) => `끝남: ${condition}`,
  },
  ...koApart,
};
