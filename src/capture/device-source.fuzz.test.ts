/** Camera and microphone switched, granted late, refused, taken away, muted and closed, in any order. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { outcome, property } from '../testing/fuzz';
import type { DeviceWanted } from './devices';
import { openDevices } from './device-source';
import type { Source, TimedFrame } from './source';
import { FakeAudio, FakeNode, useFakeMedia } from './testing/fake-media';
import { around, LateAudio, listenersOf, newSurroundings, Reader } from './testing/surroundings';

type Kind = 'camera' | 'microphone';
const KINDS = ['camera', 'microphone'] as const;
const ON = { camera: true, microphone: true };

useFakeMedia();
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStreamTrackProcessor', Reader);
  vi.stubGlobal('AudioContext', LateAudio);
});
afterEach(() => void vi.useRealTimers());

const wanted: fc.Arbitrary<DeviceWanted> = fc.constantFrom<DeviceWanted>(
  ...[false, true, {}, { deviceId: 'a' }, { deviceId: 'b' }],
);
const wish = fc.oneof(
  fc.record({ camera: wanted, microphone: wanted }),
  wanted.map((camera) => ({ camera, microphone: false })),
);
const kind = fc.constantFrom(...KINDS);
const refusal = fc.constantFrom('NotReadableError', 'NotAllowedError', 'NotFoundError');

const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wish'), wish }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('grant'), at: fc.constantFrom(0, 0, 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('refuse'), at: fc.constantFrom(0, 0, 1), how: refusal }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('arrive'), at: fc.constantFrom(0, 0, 1), fails: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unplug'), kind }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mute'), kind, muted: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('permit'), how: fc.constantFrom('granted', 'denied') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('plug') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('show') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('takeNoMore') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(0, 0, 1000, 5000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave') }) },
);
type Action = (typeof action extends fc.Arbitrary<infer T> ? T : never) & {
  readonly wish?: { camera: DeviceWanted; microphone: DeviceWanted };
  readonly at?: number;
  readonly how?: string;
  readonly kind?: Kind;
  readonly muted?: boolean;
  readonly fails?: boolean;
  readonly ms?: number;
};

const passed = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A run's devices, from the first prompt to the end. */
class Model {
  source: Source | null = null;
  over = false;
  /** How often, until the end. */
  asked: number | undefined;
  told = '';
  /** What was asked for last, and which one each is. */
  wished: { camera: DeviceWanted; microphone: DeviceWanted };
  readonly which: Record<Kind, unknown> = { camera: null, microphone: null };
  taking: { readonly abort: AbortController; readonly frame: Promise<TimedFrame | null> } | null = null;
  readonly taken: Promise<unknown>[] = [];
  readonly abort = new AbortController();
  readonly opening: Promise<void>;
  readonly listening = listenersOf(window);

  constructor(first: Model['wished']) {
    this.wished = first;
    this.#note(first);
    this.opening = outcome(() => openDevices(first, this.abort.signal)).then((result) => {
      if (!('value' in result)) return this.close();
      const source = result.value;
      this.source = source;
      this.told = this.#seen(source);
      if (this.over) source.close();
      source.on('trackchange', () => {
        expect(this.over, 'nothing is told of what is closed').toBe(false);
        this.told = this.#seen(source);
        // as a run does
        const gone =
          KINDS.every((each) => !['live', 'lost'].includes(source[each])) && source.asking === false;
        if (gone) this.close();
      });
    });
  }

  #note(request: Model['wished']): void {
    for (const each of KINDS) {
      const said = request[each];
      if (typeof said === 'object') this.which[each] = said.deviceId ?? null;
    }
  }

  #seen({ camera, microphone, cameraMuted, microphoneMuted }: Source): string {
    return [camera, microphone, cameraMuted, microphoneMuted].join(' ');
  }

  get matches(): [told: string, is: string] {
    return [this.told, this.#seen(this.source!)];
  }

  wish(request: Model['wished']): boolean {
    if (this.source?.wish?.(request) !== true) return false;
    this.wished = request;
    this.#note(request);
    return true;
  }

  take(): void {
    if (this.taking !== null || this.source === null) return;
    const abort = new AbortController();
    const frame = this.source.nextFrame(abort.signal);
    const own = { abort, frame };
    this.taking = own;
    this.taken.push(
      frame.then((taken) => {
        taken?.frame.close();
        if (this.taking === own) this.taking = null;
      }),
    );
  }

  close(): void {
    this.over = true;
    this.asked ??= around.asked;
    this.abort.abort();
    this.source?.close();
  }

  step(step: Action): Promise<unknown> | void {
    const prompts = around.prompts;
    const module = around.modules[(step.at ?? 0) % Math.max(1, around.modules.length)];
    const prompt = prompts[(step.at ?? 0) % Math.max(1, prompts.length)];
    switch (step.do) {
      case 'wish':
        return void this.wish(step.wish!);
      case 'grant':
        return prompt?.answer('granted');
      case 'refuse':
        return prompt?.answer(step.how!);
      case 'arrive':
        if (module === undefined) return;
        around.modules.splice(around.modules.indexOf(module), 1);
        return step.fails === true ? module.fail() : module.arrive();
      case 'unplug':
        return around.live(step.kind!)[0]?.end();
      case 'mute':
        return around.live(step.kind!)[0]?.mute(step.muted!);
      case 'permit':
        return void (around.permission = step.how!);
      case 'plug':
        return void around.dispatchEvent(new Event('devicechange'));
      case 'show':
        return around.readers.findLast((reader) => reader.isOpen)?.show();
      case 'take':
        return this.take();
      case 'takeNoMore':
        this.taking?.abort.abort();
        return void (this.taking = null);
      case 'pass':
        return passed(step.ms!);
      case 'leave':
        return this.close();
    }
  }
}

/** Everything that is on its way comes; a browser that gives sound and pictures. */
async function allComes(): Promise<void> {
  around.permission = 'granted';
  for (const track of around.tracks) track.mute(false);
  for (let round = 0; round < 30; round += 1) {
    await passed(round < 5 ? 0 : 1000);
    for (const prompt of [...around.prompts]) prompt.answer('granted');
    for (const { arrive } of around.modules.splice(0)) arrive();
    FakeNode.last?.post(new Float32Array(8), 0);
  }
}

function expectOneEach(model: Model): void {
  const source = model.source!;
  for (const each of KINDS) {
    const live = around.live(each);
    expect(live.length, each).toBe(source[each] === 'live' ? 1 : 0);
    expect(source[each], 'all is granted').not.toBe('lost');
    if (model.wished[each] === false) expect(source[each], each).not.toBe('live');
    else if (live.length > 0) expect(live[0]?.device, `the ${each} of the last wish`).toBe(model.which[each]);
  }
  const reading = around.readers.filter(({ isOpen }) => isOpen).length;
  const hearing = FakeAudio.opened.filter(({ state }) => state !== 'closed').length;
  expect(reading).toBe(source.camera === 'live' ? 1 : 0);
  if (source.microphone === 'live') expect(hearing).toBe(1);
  const [told, is] = model.matches;
  expect(told, 'what was told last').toBe(is);
}

async function expectLetGo(model: Model): Promise<void> {
  await Promise.all(model.taken);
  expect(around.live('camera').concat(around.live('microphone'))).toEqual([]);
  expect(around.readers.filter(({ open }) => open)).toEqual([]);
  expect(FakeAudio.opened.filter(({ state }) => state !== 'closed')).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
  expect(around.frames.filter(({ closes }) => closes !== 1)).toEqual([]);
  for (const { listening } of [around, model, ...around.tracks]) expect(listening()).toEqual([]);
}

describe('Camera and microphone', () => {
  property(
    'devices that are switched, granted, refused and taken away in any order',
    400,
    [wish, fc.constantFrom(true, true, true, false), fc.array(action, { maxLength: 25, size: 'max' })],
    async (first, opened, steps) => {
      vi.clearAllTimers();
      newSurroundings();
      const query = () => Promise.resolve({ state: around.permission });
      vi.stubGlobal('navigator', { mediaDevices: around, permissions: { query } });
      vi.stubGlobal('window', new EventTarget());
      FakeAudio.opened = [];
      FakeNode.last = null;
      const model = new Model(first);
      if (opened) await allComes();
      for (const step of steps) await model.step(step as Action);
      if (!model.over) {
        await allComes();
        await model.opening;
      }
      if (!model.over) {
        expectOneEach(model);
        if (model.wish(ON)) {
          await allComes();
          expect([model.source?.camera, model.source?.microphone]).toEqual(['live', 'live']);
          expectOneEach(model);
          model.take();
          await passed(0);
          around.readers.findLast(({ isOpen }) => isOpen)?.show();
          await passed(0);
          expect(model.taking, 'a frame of the camera that is on').toBeNull();
        }
      }
      model.close();
      await allComes();
      await model.opening;
      await expectLetGo(model);
      expect(around.asked, 'nobody is asked after the end').toBe(model.asked);
    },
  );
});
