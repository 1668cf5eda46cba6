/** An error in Korean says what its English says: where one code stands for several faults, each has its own cause and cure. */

import { describe, expect, it } from 'vitest';
import { noDevices } from '../src/capture/no-devices';
import type { DeviceAnswer } from '../src/capture/devices';
import { ko } from '../src/elements/strings/ko';

const away = (name: string) => ({ error: new DOMException('', name) }) as unknown as DeviceAnswer;
const live = { error: null } as DeviceAnswer;

function korean(camera: DeviceAnswer, microphone: DeviceAnswer): { what: string; cure: string } {
  const asked = { camera: camera !== live, microphone: microphone !== live };
  return ko.errors(noDevices(asked, camera, microphone)) ?? { what: '', cure: '' };
}

const [REFUSED, MISSING, BUSY] = ['NotAllowedError', 'NotFoundError', 'NotReadableError'] as const;

describe('of devices', () => {
  it('says of none at all that there is none, and nothing of refusing', () => {
    const { what, cure } = korean(away(MISSING), away(MISSING));
    expect(what).toBe('카메라와 마이크를 찾지 못했습니다.');
    expect(cure).toMatch(/연결하십시오.*파일과 배우/);
    expect(`${what} ${cure}`).not.toMatch(/거부|허용|프로그램/);
  });

  it('says of each its own fault', () => {
    const { what, cure } = korean(away(REFUSED), away(MISSING));
    expect(what).toMatch(/카메라 사용이 거부되었습니다\. 마이크를 찾지 못했습니다\./);
    expect(cure).toMatch(/카메라를 허용하십시오\. 마이크를 연결하십시오\./);
    const busy = korean(away(BUSY), away(MISSING));
    expect(busy.what).toMatch(/마이크를 찾지 못했습니다\. 카메라를 읽지 못했습니다/);
    expect(`${busy.what} ${busy.cure}`).not.toMatch(/거부|허용/);
  });

  it.each([
    [MISSING, away(MISSING), live, '카메라를 찾지 못했습니다.'],
    [BUSY, live, away(BUSY), '마이크를 읽지 못했습니다. 다른 프로그램이 쓰고 있을 수 있습니다.'],
  ])('names the one that was asked for alone: %s', (_name, camera, microphone, what) => {
    expect(korean(camera, microphone).what).toBe(what);
  });

  it('names no cause that it does not know', () => {
    const { what } = korean(away('UnknownError'), away('UnknownError'));
    expect(what).toMatch(/연결되어 있지 않거나, 거부되었거나/);
  });
});
