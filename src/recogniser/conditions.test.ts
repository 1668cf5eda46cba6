import { describe, expect, it } from 'vitest';
import {
  CLIPPING_AFTER_MS,
  MUTED_AFTER_MS,
  NO_FACE_AFTER_MS,
  POOR_LIGHT_AFTER_MS,
  SILENCE_AFTER_MS,
  SourceConditions,
} from './conditions';

const live = { camera: true, microphone: true, noPicture: false, noSound: false, trackMuted: false };
const quiet = { speaking: false, muted: false, clipped: 0 };
const dead = { ...quiet, muted: true };

describe('SourceConditions', () => {
  it('says no-face once looks found none for 1.5 s, and only while the camera is live', () => {
    const conditions = new SourceConditions();
    conditions.face(0, true);
    conditions.face(100, false);
    conditions.face(99 + NO_FACE_AFTER_MS, false);
    expect(conditions.now(live)).toEqual([]);
    conditions.face(100 + NO_FACE_AFTER_MS, false);
    expect(conditions.now(live)).toEqual(['no-face']);
    expect(conditions.now({ ...live, camera: false })).toEqual([]);
    conditions.face(5000, true);
    expect(conditions.now(live)).toEqual([]);
  });

  it('does not take a slow answer for a missing face', () => {
    const conditions = new SourceConditions();
    conditions.face(0, true);
    conditions.face(10_000, false);
    expect(conditions.now(live)).toEqual([]);
  });

  it('says silence once nobody was heard for 3 s, and only while the microphone is live', () => {
    const conditions = new SourceConditions();
    conditions.voice(1000, quiet);
    conditions.voice(999 + SILENCE_AFTER_MS, quiet);
    expect(conditions.now(live)).toEqual([]);
    conditions.voice(1000 + SILENCE_AFTER_MS, quiet);
    expect(conditions.now(live)).toEqual(['silence']);
    expect(conditions.now({ ...live, microphone: false })).toEqual([]);
    conditions.voice(9000, { speaking: true, muted: false, clipped: 0 });
    expect(conditions.now(live)).toEqual([]);
  });

  it('says muted instead of silence: by the track at once, by dead samples after 2 s', () => {
    const conditions = new SourceConditions();
    expect(conditions.now({ ...live, trackMuted: true })).toEqual(['muted']);
    expect(conditions.now({ ...live, trackMuted: true, noSound: true })).toEqual(['muted']);
    expect(conditions.now({ ...live, noSound: true })).toEqual(['no-sound']);
    conditions.voice(0, dead);
    conditions.voice(MUTED_AFTER_MS - 1, dead); // a gap between words may be as long
    expect(conditions.now(live)).toEqual([]);
    conditions.voice(SILENCE_AFTER_MS, dead);
    expect(conditions.now(live)).toEqual(['muted']);
    conditions.voice(SILENCE_AFTER_MS + 100, quiet);
    expect(conditions.now(live)).toEqual(['silence']);
  });

  it('says poor light of a face that is found, once looks agree for 1.5 s', () => {
    const conditions = new SourceConditions();
    const dark = { brightness: 5, contrast: 3 };
    conditions.face(0, true, dark);
    conditions.face(POOR_LIGHT_AFTER_MS - 1, true, dark);
    expect(conditions.now(live)).toEqual([]);
    conditions.face(POOR_LIGHT_AFTER_MS, true, dark);
    expect(conditions.now(live)).toEqual(['poor-light']);
    conditions.face(2000, true, { brightness: 120, contrast: 50 });
    expect(conditions.now(live)).toEqual([]);
  });

  it('says clipping of speech that is cut off, not of a bang in silence', () => {
    const conditions = new SourceConditions();
    const loud = { speaking: true, muted: false, clipped: 0.9 };
    conditions.voice(0, loud);
    expect(conditions.now(live)).toEqual([]);
    conditions.voice(CLIPPING_AFTER_MS, loud);
    expect(conditions.now(live)).toEqual(['clipping']);
    conditions.voice(1500, { ...loud, speaking: false });
    expect(conditions.now(live)).toEqual([]);
  });
});
