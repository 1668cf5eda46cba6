/** An error in Korean says what its English says: where one code stands for several faults, each has its own cause and cure. */

import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { noDevices } from '../src/capture/no-devices';
import type { DeviceAnswer, DeviceWanted } from '../src/capture/devices';
import { ko } from '../src/elements/strings/ko';
import { DEVELOPER, errors } from '../src/elements/strings/ko-errors';
import { FAULTS } from '../src/elements/strings/ko-faults';
import { ERROR_CODES, MemoError, type ErrorCode } from '../src/errors';
import { scriptMissing } from '../src/late-script';
import { momentMissing } from '../src/memobert/moment';

const away = (name: string) => ({ error: new DOMException('', name) }) as unknown as DeviceAnswer;
const live = { error: null } as DeviceAnswer;

const unmet = (constraint: string) =>
  ({
    error: Object.assign(new DOMException('', 'OverconstrainedError'), { constraint }),
  }) as unknown as DeviceAnswer;

/** @param wanted of each that fails */
function korean(
  camera: DeviceAnswer,
  microphone: DeviceAnswer,
  wanted: DeviceWanted = true,
): { what: string; cure: string } {
  const asked = { camera: camera !== live && wanted, microphone: microphone !== live && wanted };
  return ko.errors(noDevices(asked, camera, microphone)) ?? { what: '', cure: '' };
}

const [REFUSED, MISSING, BUSY] = ['NotAllowedError', 'NotFoundError', 'NotReadableError'] as const;

describe('of devices', () => {
  it('says of none at all that there is none, and nothing of refusing', () => {
    const { what, cure } = korean(away(MISSING), away(MISSING));
    expect(what).toBe('카메라와 마이크를 모두 쓸 수 없습니다. 카메라와 마이크를 찾지 못했습니다.');
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

  it.each([
    [
      'deviceId',
      '고른 카메라와 마이크가 연결되어 있지 않습니다.',
      /다시 연결하거나 다른 카메라와 마이크를 고르/,
    ],
    ['width', '이 페이지가 요구한 조건에 맞는 카메라와 마이크가 없습니다.', /조건에 맞는/],
  ])('says of chosen ones which %s no device meets', (constraint, what, cure) => {
    const told = korean(unmet(constraint), unmet(constraint), { [constraint]: 'x' });
    expect(told.what).toBe(`카메라와 마이크를 모두 쓸 수 없습니다. ${what}`);
    expect(told.cure).toMatch(cure);
  });

  it('names no cause that it does not know', () => {
    const { what } = korean(away('UnknownError'), away('UnknownError'));
    expect(what).toMatch(/연결되어 있지 않거나, 거부되었거나/);
  });
});

/** English cures of codes that have several, for each of which the code's one Korean cure is right. */
const GENERAL: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  internal: [
    'Press Start again. If it comes back, report it with this message.',
    'Press Start again.',
    'Report it with this message.',
  ],
  'file-missing': [
    '`Check the connection and press Start again: it goes on where it stopped. If it comes back, the file is missing on the server: ${this.wording.cure}.`',
    'Check the connection and press Start again. If it comes back, the file is missing on the server: npx memo-bert-assets FOLDER copies it.',
    'Put the file there and describe the folder again (npx memo-bert-speech FOLDER), or correct "dtype" in its speech.json.',
    'Copy the folder public/actor to where the page looks for it, or set actorBase.',
    'Look at the cause; where it was the network, call startFetched() again.',
  ],
  aborted: [
    'Press Start again.',
    'Open the file again.',
    'Call analyse() again.',
    'Call startFetched() again.',
    'Append it to the page, then start.',
    'Measure again.',
    'Make a new one: new Recogniser(...).',
    'Take it again.',
    'Nothing needs to be done.',
    'Start it again.',
  ],
  'media-unreadable': [
    'Choose another file: MP4 (H.264, AAC), WebM or WAV work in most browsers.',
    'Try MP4 (H.264, AAC), WebM or WAV.',
  ],
  'capture-unsupported': [
    'Try MP4 (H.264, AAC), WebM or WAV, or open the file in a page.',
    'Use a current Chrome, Edge, Firefox or Safari.',
    'Switch on hardware acceleration in the browser’s settings, or use another browser or a newer one.',
  ],
  'device-missing': [
    '`Plug in a ${kind}, or go on without: a file or the built-in actor needs none.`',
    '`Plug it in again, or choose another ${kind}, then press Start again.`',
    '`Ask for another ${constraint}, or leave it out.`',
  ],
  'nothing-to-capture': [
    'Choose at least one of them, then press Start again.',
    'Pass a MediaStream while one of its tracks is live.',
  ],
  'captions-unreachable': [
    'Check the address of the track; one of another origin must allow this page, by CORS and by its own policy.',
    'cure', // of a track that another element plays: the page's author wrote it
  ],
  'moment-missing': [
    'Start the camera, the microphone or the actor, or type a sentence, then take the moment.',
  ],
  'prompt-invalid': ['`Write ${MASK} exactly once, as in "I am ${MASK}.".`', 'Write a shorter sentence.'],
  'label-invalid': [
    'Give two or more different words.',
    'Choose a common single word, such as "bored" or "excited".',
    "`Mark one of ${labels.join(', ')}, or ask for other words first.`",
  ],
  'not-kept': ['Check the connection and the room on this device, then press "Keep for offline" again.'],
  'words-unsupported': [
    "source === 'in-page' ? 'Name a speech model: in the bundle’s manifest, or by its address.' : 'Use another browser, or take the words from elsewhere.'",
    'Start with the microphone on; or take the words from captions or from typing.',
  ],
  'backend-unavailable': [
    'Use device="auto" or device="wasm", or a browser and a computer with WebGPU.',
    'Leave the choice of device to the page, or export the bundle with a file for it.',
  ],
  'model-integrity': [
    '`Press Start again. If it comes back, the files on the server do not belong together: ${this.wording.cure} again.`',
    'Look at what changed there; if it is to be trusted, give its new hash.',
  ],
  'worker-lost': ['Press Start again. If it comes back, close other pages: the memory may not be enough.'],
  'recognition-unstable': [
    'Start it again, or take the words from elsewhere.',
    'Start it again when somebody speaks, or take the words from elsewhere.',
  ],
  'marks-missing': ['Mark a moment, then save.'],
};

/** Each cure that the sources give, as written there, by its code: of `new MemoError(…)` and of functions that make one. */
function curesByCode(): Map<ErrorCode, Set<string>> {
  const cures = new Map<ErrorCode, Set<string>>();
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return;
    const [code, , cure] = node.arguments ?? [];
    if (code === undefined || cure === undefined || !ts.isStringLiteral(code)) return;
    if (!(ERROR_CODES as readonly string[]).includes(code.text)) return;
    const text = ts.isStringLiteralLike(cure) ? cure.text : cure.getText().replace(/\s+/g, ' ');
    cures.set(code.text as ErrorCode, (cures.get(code.text as ErrorCode) ?? new Set()).add(text));
  };
  for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || /\.test\.ts$|(^|\/)testing\//.test(name)) continue;
    const text = readFileSync(`src/${name}`, 'utf8');
    if (text.includes('MemoError')) visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
  }
  return cures;
}

describe('of a code that stands for several faults', () => {
  const cures = curesByCode();
  const several = [...cures].filter(([code, { size }]) => size > 1 && errors[code].cure !== DEVELOPER);

  it('are found in the sources', () => expect(several.length).toBeGreaterThan(12));

  it.each(several)(
    '%s: each has Korean words of its own, or the general ones are right of it',
    (code, of) => {
      const general = [...of].filter((cure) => !(cure in FAULTS));
      expect(general.toSorted()).toEqual([...(GENERAL[code] ?? [])].toSorted());
    },
  );

  it('no Korean words are of a fault that there is no more', () => {
    const all = new Set([...cures.values()].flatMap((of) => [...of]));
    expect(Object.keys(FAULTS).filter((cure) => !all.has(cure))).toEqual([]);
  });

  const told = (code: ErrorCode, cure: string) => ko.errors(new MemoError(code, '', cure));

  it('a script that does not come costs nobody the results, as Start would', () => {
    const { what, cure } = ko.errors(scriptMissing()) ?? { what: '', cure: '' };
    expect(what).toMatch(/스크립트/);
    expect(cure).toMatch(/방금 한 것을 다시/);
    expect(cure).not.toMatch(/시작을/);
  });

  it('a moment of a file that is still analysed is to be waited for', () => {
    const wait = told('moment-missing', 'Wait until it is done, or cancel it, then take the moment.');
    expect(wait?.cure).toMatch(/끝나기를 기다리거나/);
    expect(ko.errors(momentMissing())).toBe(errors['moment-missing']);
  });

  it.each(Object.entries(FAULTS))('is said whole: %s', (_english, { what, cure }) => {
    for (const text of [what, cure]) expect(text).toMatch(/^(?!.*(요|해|한다|된다|이다)[.!?]).*[가-힣].*\.$/);
  });
});
