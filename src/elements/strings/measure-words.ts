/** What `<memo-measure>` says, in each language: fetched with it, not at the start. */

import type { LoadStep } from '../../runtime/progress';
import type { Language } from './languages';

export interface MeasureWords {
  readonly begin: string;
  readonly again: string;
  readonly cancel: string;
  readonly what: string;
  readonly loading: string;
  readonly round: (round: number, rounds: number) => string;
  readonly counting: string;
  readonly stage: string;
  readonly first: string;
  readonly median: string;
  readonly p95: string;
  readonly p99: string;
  readonly runs: string;
  readonly answer: string;
  readonly load: string;
  readonly steps: Readonly<Record<Exclude<LoadStep, 'ready'>, string>>;
  readonly seconds: (value: string) => string;
  readonly bytes: (megabytes: string) => string;
  readonly facts: {
    readonly backend: string;
    readonly threads: string;
    readonly bytes: string;
    readonly face: string;
    readonly load: string;
    readonly memory: string;
  };
  readonly none: string;
  readonly copy: string;
  readonly copied: string;
  readonly measured: string;
  readonly raw: string;
}

const en: MeasureWords = {
  begin: 'Measure this device',
  again: 'Measure again',
  cancel: 'Cancel',
  what: 'Loads the model once more in a worker of its own and runs it on the drawn actor, each stage after the other. A run that is under way is stopped first. The result stays in this page.',
  loading: 'Loading the model',
  round: (round, rounds) => `Round ${round} of ${rounds}`,
  counting: 'Counting memory',
  stage: 'Stage',
  first: 'First run',
  median: 'Median',
  p95: '95% within',
  p99: '99% within',
  runs: 'Runs',
  answer: 'frame to answer',
  load: 'Milliseconds of each stage',
  steps: { fetch: 'fetch', compile: 'prepare', 'warm-up': 'warm up', verify: 'check' },
  seconds: (value) => `${value} s`,
  bytes: (megabytes) => `${megabytes} MB`,
  facts: {
    backend: 'Computed by',
    threads: 'Threads',
    bytes: 'Model files',
    face: 'Until the face is read',
    load: 'Until ready',
    memory: 'Memory held',
  },
  none: 'did not run',
  copy: 'Copy as JSON',
  copied: 'Copied.',
  measured: 'Measured: the numbers are below.',
  raw: 'Show the JSON',
};

const ko: MeasureWords = {
  begin: '이 기기 측정하기',
  again: '다시 측정하기',
  cancel: '취소',
  what: '모델을 별도의 워커에 한 번 더 불러와 그림 배우로 각 단계를 차례로 돌립니다. 진행 중인 인식은 먼저 멈춥니다. 결과는 이 페이지에만 남습니다.',
  loading: '모델을 불러오는 중',
  round: (round, rounds) => `${rounds}회 중 ${round}회`,
  counting: '메모리를 세는 중',
  stage: '단계',
  first: '첫 실행',
  median: '중앙값',
  p95: '95% 이내',
  p99: '99% 이내',
  runs: '횟수',
  answer: '프레임에서 답까지',
  load: '단계별 시간(밀리초)',
  steps: { fetch: '받기', compile: '준비', 'warm-up': '예열', verify: '확인' },
  seconds: (value) => `${value}초`,
  bytes: (megabytes) => `${megabytes} MB`,
  facts: {
    backend: '계산 장치',
    threads: '스레드',
    bytes: '모델 파일',
    face: '얼굴을 읽기까지',
    load: '준비까지',
    memory: '차지한 메모리',
  },
  none: '돌지 않음',
  copy: 'JSON으로 복사',
  copied: '복사했습니다.',
  measured: '측정을 마쳤습니다. 결과는 아래에 있습니다.',
  raw: 'JSON 보기',
};

export const measureWords: Readonly<Record<Language, MeasureWords>> = { en, ko };
