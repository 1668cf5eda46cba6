import { describe, expect, it } from 'vitest';
import { existsSync } from 'node:fs';
import { blend, EXPRESSION_NAMES, EXPRESSIONS } from './expression';
import { motionAt } from './motion';
import { expressionAt, lengthOf, lineAt, lineBetween, SCENES, timed } from './script';
import { loudnessOf } from './speech';

const scenes = timed(SCENES);
const length = lengthOf(SCENES);

describe('the script', () => {
  it('shows every expression, and has a recording of every line', () => {
    expect(SCENES.map(({ expression }) => expression)).toEqual([...EXPRESSION_NAMES]);
    for (const { expression } of SCENES) {
      expect(existsSync(new URL(`../../../public/actor/${expression}.mp3`, import.meta.url))).toBe(true);
    }
  });

  it.each(scenes.map((scene) => [scene.expression, scene] as const))(
    'holds %s from the blend to the end of its scene, in every round',
    (name, scene) => {
      for (const round of [0, 1, 7]) {
        const start = round * length + scene.start;
        expect(expressionAt(scenes, start + 0.51)).toEqual(EXPRESSIONS[name]);
        expect(expressionAt(scenes, start + scene.seconds - 0.01)).toEqual(EXPRESSIONS[name]);
      }
    },
  );

  it('never jumps: no part of the face moves by more than a tenth within 10 ms', () => {
    for (let seconds = 0; seconds < 2 * length; seconds += 0.01) {
      const [a, b] = [expressionAt(scenes, seconds), expressionAt(scenes, seconds + 0.01)];
      for (const part of Object.keys(a) as (keyof typeof a)[])
        expect(Math.abs(a[part] - b[part])).toBeLessThan(0.1);
    }
  });

  it('says each line once a round, however the steps fall', () => {
    for (const step of [0.05, 0.37]) {
      const said: string[] = [];
      for (let seconds = 0; seconds < 2 * length - step; seconds += step) {
        const scene = lineBetween(scenes, seconds, seconds + step);
        if (scene !== null) said.push(scene.expression);
      }
      expect(said).toEqual([...EXPRESSION_NAMES, ...EXPRESSION_NAMES]);
    }
  });

  it('knows how far a line has come', () => {
    const second = scenes[1]!;
    expect(lineAt(scenes, second.start + 0.1)).toBeNull();
    expect(lineAt(scenes, length + second.start + second.lineAt + 0.25)?.into).toBeCloseTo(0.25);
  });
});

describe('the face', () => {
  it('blends from one expression to another', () => {
    expect(blend(EXPRESSIONS.sad, EXPRESSIONS.happy, 0)).toEqual(EXPRESSIONS.sad);
    expect(blend(EXPRESSIONS.sad, EXPRESSIONS.happy, 1)).toEqual(EXPRESSIONS.happy);
    const half = blend({ ...EXPRESSIONS.sad, open: 0.2 }, { ...EXPRESSIONS.happy, open: 0.6 }, 0.5);
    expect(half.open).toBeCloseTo(0.4);
  });

  it('blinks now and then, for less than a twentieth of the time', () => {
    const blinks = Array.from({ length: 3000 }, (_, index) => motionAt(index / 50).blink);
    const shut = blinks.filter((blink) => blink > 0.5).length / blinks.length;
    expect(shut).toBeGreaterThan(0.01);
    expect(shut).toBeLessThan(0.05);
  });

  it('opens the mouth with the loudness, up to 1', () => {
    const samples = Float32Array.from({ length: 1600 }, (_, index) =>
      index < 800 ? 0 : index % 2 ? 0.2 : -0.2,
    );
    const loudness = loudnessOf(samples, 16_000);
    expect(loudness).toHaveLength(4);
    expect([...loudness].map((value) => Math.round(value * 100) / 100)).toEqual([0, 0, 1, 1]);
    expect([...loudnessOf(new Float32Array(800), 16_000)]).toEqual([0, 0]);
  });
});
