import { describe, expect, it } from 'vitest';
import { Recorder } from './recorder';
import { estimated } from './testing/canned-timeline';

const ABOUT = {
  name: 'x',
  seconds: 7200,
  prompt: 'p',
  labels: ['happy', 'sad'],
  given: { face: true, voice: true },
};

describe('Recorder', () => {
  it('keeps all of a file of two hours', () => {
    const recorder = new Recorder(ABOUT);
    for (let time = 0.25; time <= 7200; time += 0.25) recorder.add(estimated(time, 0.5), time, 'p');
    expect(recorder.timeline).toMatchObject({ reached: 7200, labels: ABOUT.labels });
    expect(recorder.timeline.estimates).toHaveLength(28_800);
  });

  it('drops the oldest of a live source that never ends', () => {
    const recorder = new Recorder({ ...ABOUT, name: null, seconds: null });
    for (let time = 1; time <= 20_000; time += 1) recorder.add(estimated(time, 0.5), time, 'p');
    const { estimates } = recorder.timeline;
    expect(estimates.length).toBeLessThanOrEqual(14_400);
    expect(recorder.timeline.from).toBe(estimates[0]!.time - 1);
    expect(estimates.at(-1)?.time).toBe(20_000);
  });

  it('keeps all of a file that is played, whose length nobody knows', () => {
    const recorder = new Recorder({ ...ABOUT, seconds: null });
    for (let time = 0.25; time <= 7200; time += 0.25) recorder.add(estimated(time, 0.5), time, 'p');
    expect(recorder.timeline.estimates).toHaveLength(28_800);
  });

  it('has one answer of a moment, the later: while nothing more is pushed, the last is answered again', () => {
    const recorder = new Recorder({ ...ABOUT, name: null, seconds: null });
    for (const happy of [0.2, 0.4, 0.6]) recorder.add(estimated(1, happy), 1, 'p');
    const { estimates } = recorder.timeline;
    expect(estimates.map(({ probabilities }) => probabilities[0])).toEqual([0.6]);
  });

  it('begins anew where a pushed clock goes back: what lies before would claim the same seconds', () => {
    const recorder = new Recorder({ ...ABOUT, name: null, seconds: null });
    recorder.add(estimated(1, 0.5), 1, 'p');
    recorder.give({ face: true, voice: false }, 1.5);
    recorder.add(estimated(2, 0.5), 2, 'p');
    recorder.add(estimated(0.5, 0.5), 0.5, 'p');
    expect(recorder.timeline).toMatchObject({ reached: 0.5, given: { face: true, voice: true } });
    expect(recorder.timeline.estimates.map(({ time }) => time)).toEqual([0.5]);
    expect(recorder.timeline).not.toHaveProperty('givenFrom');
    recorder.add(null, 3, 'p');
    expect(recorder.timeline.reached).toBe(3);
  });

  it('begins anew when other labels are asked for, and knows how far a gap reached', () => {
    const recorder = new Recorder(ABOUT);
    recorder.add(estimated(1, 0.5), 1, 'p');
    recorder.add({ ...estimated(2, 0.5), labels: ['bored', 'calm'] }, 2, 'p');
    recorder.add(null, 9, 'p');
    expect(recorder.timeline).toMatchObject({ labels: ['bored', 'calm'], reached: 9 });
    expect(recorder.timeline.estimates.map(({ time }) => time)).toEqual([2]);
  });

  it('knows where face or voice was not given for a while, and given is what once was', () => {
    const recorder = new Recorder({ ...ABOUT, given: { face: false, voice: true } });
    expect(recorder.timeline).not.toHaveProperty('givenFrom');
    recorder.give({ face: true, voice: false }, 3);
    recorder.give({ face: true, voice: false }, 4);
    recorder.give({ face: true, voice: true }, 6);
    recorder.give({ face: false, voice: true }, 8);
    expect(recorder.timeline).toMatchObject({
      given: { face: true, voice: true },
      givenFrom: [
        { face: false, voice: true, from: 0 },
        { face: true, voice: false, from: 3 },
        { face: true, voice: true, from: 6 },
        { face: false, voice: true, from: 8 },
      ],
    });
  });

  it('begins anew when another sentence is asked, and names that one', () => {
    const recorder = new Recorder(ABOUT);
    recorder.add(estimated(1, 0.5), 1, 'p');
    recorder.add(null, 2, 'q');
    expect(recorder.timeline).toMatchObject({ prompt: 'p', reached: 2 });
    for (const time of [3, 4]) recorder.add(estimated(time, 0.5), time, 'q');
    expect(recorder.timeline).toMatchObject({ prompt: 'q', labels: ABOUT.labels, name: 'x' });
    expect(recorder.timeline.estimates.map(({ time }) => time)).toEqual([3, 4]);
  });
});
