/** Errors by their code, in Korean: what is right of all that the code stands for; `ko-faults.ts` tells some of these apart. */

import type { ErrorCode } from '../../errors';
import type { ErrorWords } from './words';

export const AGAIN = '시작을 다시 누르십시오.';
export const DEVELOPER = '이 페이지를 만든 사람에게 아래의 코드와 영어 설명을 알려 주십시오.';

export const errors: Readonly<Record<ErrorCode, ErrorWords>> = {
  'camera-denied': {
    what: '카메라 사용이 거부되었습니다.',
    cure: '주소 표시줄의 아이콘에서 이 페이지에 카메라를 허용한 뒤 시작을 다시 누르십시오.',
  },
  'microphone-denied': {
    what: '마이크 사용이 거부되었습니다.',
    cure: '주소 표시줄의 아이콘에서 이 페이지에 마이크를 허용한 뒤 시작을 다시 누르십시오.',
  },
  'devices-denied': {
    what: '카메라와 마이크를 모두 쓸 수 없습니다. 연결되어 있지 않거나, 거부되었거나, 다른 프로그램이 쓰고 있습니다.',
    cure: '장치를 연결하고 이 페이지에 허용한 뒤 시작을 다시 누르십시오. 파일과 배우는 장치가 없어도 됩니다.',
  },
  'device-missing': {
    what: '카메라나 마이크를 찾지 못했습니다.',
    cure: '장치를 연결하고 다시 시작하거나, 카메라 없이 해 보거나, 파일을 여십시오.',
  },
  'device-busy': {
    what: '다른 프로그램이 카메라나 마이크를 쓰고 있습니다.',
    cure: '그 프로그램을 닫은 뒤 시작을 다시 누르십시오.',
  },
  'device-lost': {
    what: '카메라나 마이크의 신호가 끊겼습니다.',
    cure: `연결을 확인하고 ${AGAIN}`,
  },
  'capture-unsupported': {
    what: '필요한 기능(카메라와 마이크, WebGL, 소리 처리)이 이 브라우저에 없거나 꺼져 있습니다.',
    cure: 'https 주소로 열고, 브라우저 설정에서 하드웨어 가속을 켜십시오. 그래도 안 되면 최신 Chrome, Edge, Firefox 또는 Safari에서 여십시오.',
  },
  'nothing-to-capture': {
    what: '볼 것도 들을 것도 없습니다.',
    cure: '카메라나 마이크를 켜거나, 영상 또는 소리가 나오는 스트림을 주십시오.',
  },
  'media-unreadable': {
    what: '이 파일을 읽을 수 없습니다.',
    cure: '손상되지 않았고 브라우저가 재생할 수 있는 동영상이나 소리 파일(MP4, WebM, MP3, WAV)을 여십시오. 말은 자막 파일(.vtt, .srt)로 줄 수 있습니다.',
  },
  'media-empty': {
    what: '길이가 0초인 파일입니다. 영상도 소리도 들어 있지 않습니다.',
    cure: '다른 동영상이나 소리 파일을 여십시오.',
  },
  'media-lost': {
    what: '이 파일을 더 이상 읽을 수 없습니다. 옮겨지거나 지워지거나 바뀌었거나, 저장 장치가 빠졌거나, 클라우드에서 아직 내려받지 않은 파일입니다.',
    cure: '파일을 제자리에 되돌려 놓거나 이 기기로 내려받은 뒤 다시 여십시오. 그때까지 분석한 것은 남아 있습니다.',
  },
  'nothing-recorded': {
    what: '저장할 것이 아직 없습니다.',
    cure: '먼저 파일을 열거나 시작을 누른 뒤 저장하십시오.',
  },
  'captions-invalid': {
    what: '자막 파일에 읽을 수 없는 곳이 있습니다.',
    cure: '아래에 적힌 줄을 고치거나 다른 WebVTT(.vtt) 또는 SubRip(.srt) 파일을 고르십시오.',
  },
  'captions-beyond-end': {
    what: '자막의 시간이 파일의 끝을 넘어갑니다.',
    cure: '이 파일에 맞는 자막을 고르십시오.',
  },
  'captions-unreachable': {
    what: '자막 파일을 가져오지 못했습니다.',
    cure: '주소와 연결을 확인한 뒤 다시 고르십시오.',
  },
  'recognition-denied': {
    what: '브라우저의 음성 인식이 거부되었습니다.',
    cure: '이 페이지에 마이크를 허용한 뒤 듣기를 다시 켜십시오.',
  },
  'recognition-language': {
    what: '이 브라우저에 영어 음성 인식 언어 팩이 없습니다.',
    cure: '브라우저 설정에서 영어를 설치하거나 직접 입력하십시오.',
  },
  'recognition-offline': {
    what: '브라우저의 음성 인식이 서버에 닿지 못했습니다.',
    cure: '연결을 확인하거나 직접 입력하십시오. 나머지는 네트워크 없이도 됩니다.',
  },
  'recognition-unstable': {
    what: '브라우저의 음성 인식이 자꾸 끊깁니다.',
    cure: '잠시 뒤에 다시 켜거나 다른 방법으로 말을 입력하십시오.',
  },
  'words-unsupported': {
    what: '말을 얻는 이 방법은 여기에서 쓸 수 없습니다.',
    cure: '브라우저의 음성 인식은 마이크를 켜고 시작하십시오. 아니면 직접 입력하거나 다른 방법을 고르십시오.',
  },
  'manifest-unreachable': {
    what: '모델의 목록(manifest.json)을 가져오지 못했습니다.',
    cure: `연결을 확인하고 ${AGAIN}`,
  },
  'manifest-invalid': {
    what: '모델의 목록(manifest.json)이 올바르지 않습니다.',
    cure: DEVELOPER,
  },
  'file-missing': {
    what: '필요한 파일을 가져오지 못했습니다.',
    cure: `연결을 확인하고 ${AGAIN} 되풀이되면 이 페이지를 만든 사람에게 알려 주십시오.`,
  },
  'model-integrity': {
    what: '모델 파일이 목록에 적힌 것과 다릅니다. 손상되었거나 바뀌었으므로 쓰지 않습니다.',
    cure: '페이지를 새로 고치십시오. 다시 나타나면 이 페이지를 만든 사람에게 알려 주십시오.',
  },
  'integrity-missing': {
    what: '다른 사이트의 모델 묶음인데 확인할 해시가 주어지지 않았습니다.',
    cure: DEVELOPER,
  },
  'not-kept': {
    what: '페이지의 파일을 이 기기에 보관하지 못했습니다.',
    cure: '연결과 저장 공간을 확인하고 다시 누르십시오.',
  },
  'graph-invalid': {
    what: '모델을 실행할 수 없습니다.',
    cure: DEVELOPER,
  },
  'golden-mismatch': {
    what: '이 기기에서 모델의 답이 정해진 답과 다릅니다. 그래서 추정을 시작하지 않습니다.',
    cure: '브라우저를 업데이트하거나 다른 브라우저에서 여십시오.',
  },
  'backend-unavailable': {
    what: '요청한 계산 장치를 여기에서 쓸 수 없습니다.',
    cure: '장치 선택을 페이지에 맡기십시오(device="auto").',
  },
  'device-gpu-lost': {
    what: '그래픽 장치와의 연결이 끊겼습니다.',
    cure: `${AGAIN} 되풀이되면 페이지를 새로 고치거나 다른 브라우저에서 여십시오.`,
  },
  'worker-lost': {
    what: '계산을 맡은 워커가 멈추었습니다.',
    cure: `${AGAIN} 되풀이되면 다른 탭을 닫아 메모리를 비우십시오.`,
  },
  'out-of-memory': {
    what: '이 기기의 메모리가 모델을 돌리기에 모자랐습니다.',
    cure: '다른 탭과 프로그램을 닫은 뒤 다시 시작하십시오. 되풀이되면 페이지를 새로 고치거나 다른 브라우저에서 여십시오.',
  },
  aborted: { what: '도중에 그만두었습니다.', cure: '하던 것을 다시 시작하십시오.' },
  'prompt-invalid': {
    what: '이 문장으로는 물을 수 없습니다. 원래 문장이 유지됩니다.',
    cure: '[MASK]가 꼭 한 번 들어 있는 짧은 영어 문장을 쓰십시오.',
  },
  'label-invalid': {
    what: '이 단어로는 답할 수 없습니다. 원래 단어가 유지됩니다.',
    cure: '모델의 어휘에 있는 영어 단어를 서로 다르게 두 개 이상 쓰십시오.',
  },
  'attribute-invalid': {
    what: '이 요소의 속성 값이 올바르지 않아 기본값을 씁니다.',
    cure: DEVELOPER,
  },
  'input-invalid': {
    what: '받은 값이 올바르지 않습니다.',
    cure: DEVELOPER,
  },
  'moment-missing': {
    what: '담거나 표시할 순간이 없습니다.',
    cure: '카메라나 마이크, 배우를 시작하거나 문장을 쓴 뒤 순간을 담으십시오.',
  },
  'marks-missing': {
    what: '표시한 순간이 없습니다.',
    cure: '먼저 순간을 표시한 뒤 저장하십시오.',
  },
  'adaptation-invalid': {
    what: '이 파일에서 표시를 읽을 수 없습니다.',
    cure: '이 페이지에서 저장한 파일을 그대로 여십시오.',
  },
  'adaptation-foreign': {
    what: '다른 모델이나 문장, 단어를 위해 저장한 표시입니다.',
    cure: '먼저 같은 문장과 단어를 고르거나 새로 표시하십시오.',
  },
  'adaptation-storage': {
    what: '이 브라우저에는 아무것도 보관할 수 없습니다.',
    cure: '파일로 저장하거나, 이 페이지의 저장을 허용하고 공간을 비우십시오.',
  },
  internal: {
    what: '예상하지 못한 일이 일어났습니다.',
    cure: `${AGAIN} 되풀이되면 아래의 코드와 영어 설명을 알려 주십시오.`,
  },
};
