/** A file of two people: whom the visitor chose is followed whenever the choice came, and through all that looks at the file again. */

import { describe, expect, it } from 'vitest';
import { ReaderSource } from '../capture/reader-source';
import { MemoError } from '../errors';
import type { Box, Estimate, Face } from '../memobert/estimate';
import './analysis'; // fetched late else, within a test's time
import { choose, type FaceChoice } from './chosen-faces';
import './file-moment';
import { noPage } from './page';
import { Recogniser } from './recogniser';
import { CANNED_TIMELINE } from './testing/canned-timeline';
import { estimateAt, FakeClient, healthyAnswers } from './testing/fake-client';
import { FakeReader } from './testing/fake-reader';
import { ManualClock } from './testing/manual-clock';
import { toFollow } from './to-follow';
import { eventually } from '../testing/eventually';

const SECONDS = 12;
/** When the second person comes in, seconds. */
const ENTERS = 2.2;

/** The first stays where she is; the second walks through the picture, by half of her head in two seconds. */
const anna = (): Box => ({ x: 40, y: 100, width: 120, height: 160 });
const bela = (time: number): Box => ({ x: 240 + time * 25, y: 120, width: 100, height: 140 });

function face(box: Box, followed: boolean): Face {
  return { box, score: 0.9, followed, expression: null };
}

/** Follows the first unless told: as the worker does, by who is at the box. */
class TwoFaces extends FakeClient {
  #second = false;
  seen: Face[] = [];

  constructor() {
    const healthy = healthyAnswers();
    super({
      ...healthy,
      reset: () => {
        this.#second = false;
        return {};
      },
      follow: ({ box }) => {
        this.#second = Math.abs(box.x - anna().x) > 60;
        return {};
      },
      face: ({ time }) => {
        const there = time >= ENTERS;
        const second = there && this.#second;
        this.seen = [face(anna(), !second), ...(there ? [face(bela(time), second)] : [])];
        return { time, faces: this.seen, frameWidth: 640, frameHeight: 480, latency: {} };
      },
      estimate: ({ time }) => ({ ...estimateAt(time), faces: this.seen }),
    });
  }
}

async function opened(make: () => TwoFaces = () => new TwoFaces()) {
  const clients: TwoFaces[] = [];
  const recogniser = new Recogniser(
    {
      ...{ manifestUrl: 'https://page.test/manifest.json', assetBase: 'https://page.test/assets/' },
      rates: { fusion: 2 },
    },
    {
      ...{ clock: new ManualClock(), page: noPage },
      createClient: () => {
        const client = make();
        clients.push(client);
        return client;
      },
      sources: {
        file: async () => new ReaderSource(new FakeReader(SECONDS)),
      } as unknown as Recogniser['parts']['sources'],
    },
  );
  await recogniser.startFile(new Blob(['x']), 'clip.webm');
  const end = () => eventually(() => expect(recogniser.state.phase).toBe('idle'));
  /** From when on the second person was followed, and until when. */
  const second = () => {
    const times = (recogniser.state.timeline?.estimates ?? [])
      .filter(({ faces }) => faces[1]?.followed)
      .map(({ time }) => time);
    return [times[0], times.at(-1), times.length];
  };
  const chooseSecond = () => {
    const { estimate } = recogniser.state;
    return recogniser.follow(estimate!.faces[1]!.box);
  };
  return { recogniser, clients, end, second, chooseSecond };
}

/** From the first answer after she came in to the end, at two a second. */
const ALL = [2.5, SECONDS, 20];

/** Answers in which a face is at these places. */
function answers(...places: readonly [time: number, ...faces: Face[]][]): Estimate[] {
  return places.map(([time, ...faces]) => ({ ...estimateAt(time), faces }));
}

describe('a choice', () => {
  const at = (x: number, followed = false) => face({ x, y: 0, width: 100, height: 100 }, followed);
  const chosen = (estimates: Estimate[], shown: Estimate, choices = [] as readonly FaceChoice[]) =>
    choose(choices, { timeline: { ...CANNED_TIMELINE, estimates }, estimate: shown }, at(0).box);

  it('holds from after the last answer without the face: not seen for over a second, or further away than it can have moved', () => {
    const gap = answers([1, at(0)], [4, at(60)], [4.5, at(40)], [5, at(0)]);
    expect(chosen(gap, gap[3]!)).toEqual([{ time: 3, box: at(60).box }]);
    const seldom = answers([1, at(60)], [4, at(40)], [6, at(0)]).map((each) => ({ ...each, interval: 2 }));
    expect(chosen(seldom, seldom[2]!)).toEqual([{ time: 0, box: at(60).box }]);
    const other = answers([3.5, at(300)], [4, at(40)], [4.5, at(0)]);
    expect(chosen(other, other[2]!)).toEqual([{ time: 3.5, box: at(40).box }]);
    const first = answers([0.5, at(40)], [1, at(0)]);
    expect(chosen(first, first[1]!)).toEqual([{ time: 0, box: at(40).box }]);
  });

  it('takes the place of those of the same stretch; before and after it others stay', () => {
    const sight = answers([3, at(300)], [4, at(0)], [5, at(0)], [6, at(0)]);
    const before = [2, 3.5, 7].map((time) => ({ time, box: at(300).box }));
    expect(chosen(sight, sight[2]!, before)?.map(({ time }) => time)).toEqual([2, 3, 7]);
  });

  it('comes after who was followed before, in what is gone through once more', () => {
    const estimates = answers(
      [1, at(1, true)],
      [4.5, at(2, true)],
      [5, at(3)],
      [6, at(4, true)],
      [7, at(5, true)],
    );
    const choices = [2, 6, 8].map((time) => ({ time, box: at(300).box }));
    const told = toFollow(choices, { ...CANNED_TIMELINE, estimates }, 5, 6.5);
    expect(told.map(({ time, box }) => `${time} s: ${box.x}`)).toEqual([
      '4.5 s: 2',
      '6 s: 4',
      '6 s: 300',
      '8 s: 300',
    ]);
  });
});

describe('of two faces in a file', () => {
  it.each([2.5, 7.3, 12])(
    'the one that is chosen at %s s, after the analysis, is followed from her first moment on',
    async (time) => {
      const { recogniser, end, second, chooseSecond } = await opened();
      await end();
      expect(second()).toEqual([undefined, undefined, 0]);
      recogniser.seek(time);
      await chooseSecond();
      expect(recogniser.state).toMatchObject({ phase: 'listening', position: time, source: 'file' });
      await end();
      expect(second()).toEqual(ALL);
      expect(recogniser.state).toMatchObject({
        position: time,
        estimate: { time: Math.ceil(time * 2) / 2 },
      });
    },
  );

  it('the one that is chosen while it is analysed is followed as if she had been chosen after it', async () => {
    const { recogniser, clients, end, second, chooseSecond } = await opened();
    const { estimate } = clients[0]!.answers;
    clients[0]!.answers.estimate = undefined;
    await eventually(() => expect(clients[0]!.waiting('estimate')).toHaveLength(1));
    for (let step = 0; step < 10; step += 1) {
      const asked = clients[0]!.take('estimate');
      asked.answer(estimate!(asked.body));
      await eventually(() => expect(clients[0]!.waiting('estimate')).toHaveLength(1));
    }
    clients[0]!.answers.estimate = estimate;
    await chooseSecond();
    await end();
    expect(second()).toEqual(ALL);
    expect(recogniser.state.timeline?.estimates).toHaveLength(SECONDS * 2);
  });

  it('whoever is followed already, or is nobody, changes nothing', async () => {
    const { recogniser, clients, end } = await opened();
    await end();
    const asked = clients[0]!.kinds.length;
    await recogniser.follow(anna());
    await recogniser.follow({ x: 600, y: 0, width: 9, height: 9 });
    expect(clients[0]!.kinds).toHaveLength(asked);
    expect(recogniser.state.phase).toBe('idle');
  });

  it('the choice stays with another prompt, in a moment that is gone back to, and through a fault; a file opened anew has none', async () => {
    let failed = false;
    const failing = () => {
      const client = new TwoFaces();
      const { estimate } = client.answers;
      client.answers.estimate = (body) => {
        if (failed && body.time > 8) {
          failed = false;
          throw new MemoError('device-gpu-lost', 'It was taken away.', 'Press Start again.');
        }
        return estimate!(body);
      };
      return client;
    };
    const { recogniser, clients, end, second, chooseSecond } = await opened(failing);
    await end();
    await chooseSecond();
    await end();
    const lost = new MemoError('file-missing', 'Nobody answers.', 'Check the address.');
    await recogniser.startFetched(() => Promise.reject(lost)).catch(() => recogniser.dismissError());
    await recogniser.configure({ labels: ['calm', 'tense'] });
    await end();
    expect(second()).toEqual(ALL);
    recogniser.seek(9);
    await recogniser.takeMoment();
    expect(clients[0]!.seen.map(({ followed }) => followed)).toEqual([false, true]);
    failed = true;
    await recogniser.configure({ labels: null });
    await end();
    expect(clients).toHaveLength(2);
    expect(second()).toEqual(ALL);
    expect(clients[1]!.kinds.indexOf('follow'), 'before the first look').toBeLessThan(
      clients[1]!.kinds.indexOf('face'),
    );
    await recogniser.startFile(new Blob(['y']), 'other.webm');
    await end();
    expect(second()).toEqual([undefined, undefined, 0]);
  });
});
