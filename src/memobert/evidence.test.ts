import { describe, expect, it } from 'vitest';
import { Evidence } from './evidence';
import { manifest } from './testing/toy';
import { faceData } from './testing/face-data';

const feature = (value: number) => new Float32Array([value, -value]);

describe('Evidence', () => {
  it('is empty before anything happened and after a reset', () => {
    const evidence = new Evidence(manifest);
    expect(evidence.at(5)).toEqual({ text: null, face: null, voice: null });
    evidence.addFace(5, feature(1));
    evidence.setVoice(5, new Float32Array(4), 2);
    evidence.setTexts([{ text: 'hello', start: 0, end: Infinity }]);
    evidence.reset();
    expect(evidence.at(5)).toEqual({ text: null, face: null, voice: null });
  });

  it('keeps the newest faces in order, at the rate of the model at most', () => {
    const evidence = new Evidence(manifest);
    for (const time of [1, 1.01, 1.1, 1.2, 1.21, 1.3]) evidence.addFace(time, feature(time));
    const window = evidence.at(1.3);
    expect(window.face?.count).toBe(3);
    const data = faceData(window);
    expect([data[0], data[2], data[4]]).toEqual([1.1, 1.2, 1.3].map(Math.fround));
  });

  it.each([15, 25])(
    'keeps every look at a picture of %i frames a second, at turns of a tenth',
    (framesHz) => {
      const wide = { ...manifest, face: { ...manifest.face, maxFrames: 36 } };
      const evidence = new Evidence(wide);
      const times = Array.from(
        { length: 60 },
        (_, turn) => Math.floor((turn / 10) * framesHz + 1e-9) / framesHz,
      );
      times.forEach((time, turn) => {
        evidence.addFace(time, feature(time));
        expect(evidence.at(time).face?.count).toBeGreaterThanOrEqual(Math.min(turn + 1, 35));
      });
      const seen = evidence.at(times.at(-1)!).face!;
      expect(seen.times).toEqual(times.slice(-seen.count).map((time) => Number(time.toFixed(3))));
      expect(seen.count).toBeLessThanOrEqual(36);
    },
  );

  it('forgets faces older than the window, and all of them when the clock goes back', () => {
    const evidence = new Evidence(manifest);
    evidence.addFace(1, feature(1));
    expect(evidence.at(1.2).face?.count).toBe(1);
    expect(evidence.at(1.4).face).toBeNull();
    evidence.addFace(9, feature(9));
    evidence.addFace(2, feature(2));
    expect(faceData(evidence.at(2))[0]).toBe(2);
    expect(evidence.at(2).face?.count).toBe(1);
  });

  it('forgets the face of another: also where the one followed instead is out of sight', () => {
    const evidence = new Evidence(manifest);
    evidence.addFace(1, feature(1));
    evidence.addFace(1.1, null);
    expect(evidence.at(1.1).face?.count).toBe(1);
    evidence.addFace(1.2, null, { turned: true });
    expect(evidence.at(1.2).face).toBeNull();
  });

  it('takes no feature of another size', () => {
    const evidence = new Evidence(manifest);
    evidence.addFace(1, new Float32Array(3));
    expect(evidence.at(1).face).toBeNull();
  });

  it('keeps the last voice tokens for four seconds', () => {
    const evidence = new Evidence(manifest);
    evidence.setVoice(1, new Float32Array(14).fill(1), 7);
    expect(evidence.at(4.9).voice?.count).toBe(5);
    expect(evidence.at(2).voice?.data.length).toBe(10);
    expect(evidence.at(5.1).voice).toBeNull();
    evidence.setVoice(6, null, 0);
    expect(evidence.at(6).voice).toBeNull();
  });

  it('keeps the voice of a slow encoder until its next answer can be there', () => {
    const evidence = new Evidence(manifest);
    // heard at 1, answered at 7; what is heard at 7 is answered at 13
    evidence.setVoice(1, new Float32Array(14).fill(1), 7, { tookS: 6 });
    expect(evidence.at(13).voice?.count).toBe(5);
    expect(evidence.at(17.1).voice).toBeNull();
  });

  it('joins what was said in the last seconds; typed text holds', () => {
    const evidence = new Evidence(manifest);
    evidence.setTexts([
      { text: 'long ago', start: 0, end: 1 },
      { text: 'just now', start: 8, end: 9 },
      { text: 'not yet', start: 20, end: 21 },
      { text: '  ', start: 8, end: 9 },
      { text: 'typed', start: 0, end: Infinity },
    ]);
    expect(evidence.at(10).text).toBe('just now typed');
    expect(evidence.at(40).text).toBe('typed');
  });

  it('follows the voice: while one is heard, older words are dropped, and do not come back after it', () => {
    const words = (...times: readonly (readonly [string, number])[]) =>
      times.map(([text, start], at) => ({ text, start, end: times[at + 1]?.[1] ?? start + 0.5 }));
    const voiced = { ...manifest, voice: { ...manifest.voice, windowSamples: 64_000 } };
    const evidence = new Evidence(voiced);
    evidence.setTexts(words(['old', 4], ['late', 6], ['new', 11]));
    expect(evidence.at(12).text, 'nobody speaks: 8 s').toBe('old late new');
    evidence.setVoice(12.5, new Float32Array(4), 2);
    expect(evidence.at(12.5).text, 'a window of 4 s, and 2 s before').toBe('late new');
    evidence.setVoice(12.6, null, 0);
    expect(evidence.at(12.7).text).toBe('late new');
    evidence.setTexts(words(['old', 4], ['late', 6], ['newer', 11]));
    expect(evidence.at(12.8).text, 'an interim word was replaced').toBe('late newer');
    expect(evidence.at(5).text, 'the clock went back').toBe('old');
    evidence.setVoice(5, null, 0);
    expect(evidence.at(11.5).text, 'all that was heard was before it went back').toBe('old late newer');
  });

  it('drops what was said before a pause once something was said after it', () => {
    const evidence = new Evidence(manifest);
    const first = [
      { text: 'I lost', start: 0, end: 1 },
      { text: ' it', start: 1.9, end: 2.5 },
    ];
    const next = { text: 'Oh well', start: 3.5, end: 4 };
    evidence.setTexts([...first, next]);
    expect(evidence.at(3.4).text, 'until then it counts').toBe('I lost it');
    expect(evidence.at(3.5).text).toBe('Oh well');
    evidence.setTexts([...first, { ...next, text: ' ', start: 3.2 }, next]);
    expect(evidence.at(4).text, 'nothing was said in a pause').toBe('Oh well');
    evidence.setTexts([{ text: 'meanwhile', start: 0, end: 3 }, ...first, next]);
    expect(evidence.at(4).text, 'two at once: no pause while one still speaks').toBe(
      'meanwhile I lost it Oh well',
    );
  });

  it('is the same when it is asked once as when it was asked after every step', () => {
    const voiced = { ...manifest, voice: { ...manifest.voice, windowSamples: 64_000 } };
    const texts = Array.from({ length: 20 }, (_, at) => ({ text: `w${at}`, start: at, end: at + 0.5 }));
    const speaks = (step: number) => step % 9 > 5;
    const after = (steps: number, asks: boolean) => {
      const evidence = new Evidence(voiced);
      evidence.setTexts(texts);
      for (let step = 1; step <= steps; step += 1) {
        evidence.setVoice(step / 2, speaks(step) ? new Float32Array(4) : null, 2);
        if (asks) evidence.at(step / 2);
      }
      return evidence.at(steps / 2);
    };
    for (let steps = 1; steps <= 40; steps += 1) expect(after(steps, false)).toEqual(after(steps, true));
  });

  it('tells when each face was seen and each moment of voice was heard', () => {
    const evidence = new Evidence(manifest);
    evidence.addFace(1, feature(1), { expression: [0.5, 0.5] });
    evidence.addFace(1.12, feature(2));
    evidence.setVoice(2, new Float32Array(4), 2, { endS: 1.5 });
    const { face, voice } = evidence.at(1.2);
    expect(face).toMatchObject({ times: [1, 1.12], expressions: [[0.5, 0.5], null] });
    // speech was over half a second before the window was: the last token ends there
    expect(voice?.times).toEqual([1.38, 1.44]);
  });

  it('tells what each face had to be read from, and how much of the voice was cut off', () => {
    const evidence = new Evidence(manifest);
    const light = { brightness: 6, contrast: 3 };
    evidence.addFace(1, feature(1), { light });
    evidence.addFace(1.1, feature(2));
    evidence.setVoice(1, new Float32Array(4), 2, { clipped: 0.2 });
    const { face, voice } = evidence.at(1.2);
    expect(face?.lights).toEqual([light, null]);
    expect(voice?.clipped).toBe(0.2);
  });
});
