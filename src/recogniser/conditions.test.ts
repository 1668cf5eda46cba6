import { describe, expect, it } from 'vitest';
import { MUTED_AFTER_MS, NO_FACE_AFTER_MS, SILENCE_AFTER_MS, SourceConditions } from './conditions';

const both = { camera: true, microphone: true, trackMuted: false };

describe('SourceConditions', () => {
  it('says no-face once no face was found for 1.5 s, and only while the camera is live', () => {
    const conditions = new SourceConditions(0);
    conditions.face(100, true);
    conditions.face(200, false);
    expect(conditions.now(99 + NO_FACE_AFTER_MS, both)).toEqual([]);
    expect(conditions.now(100 + NO_FACE_AFTER_MS, both)).toEqual(['no-face']);
    expect(conditions.now(100 + NO_FACE_AFTER_MS, { ...both, camera: false })).toEqual([]);
    conditions.face(5000, true);
    expect(conditions.now(5000, both)).not.toContain('no-face');
  });

  it('says silence once nobody spoke for 3 s, and only while the microphone is live', () => {
    const conditions = new SourceConditions(0);
    conditions.voice(1000, { speaking: true, muted: false });
    const faceless = { ...both, camera: false };
    expect(conditions.now(999 + SILENCE_AFTER_MS, faceless)).toEqual([]);
    expect(conditions.now(1000 + SILENCE_AFTER_MS, faceless)).toEqual(['silence']);
    expect(conditions.now(9000, { ...faceless, microphone: false })).toEqual([]);
  });

  it('says muted instead of silence, by the track or by dead samples', () => {
    const conditions = new SourceConditions(0);
    const faceless = { ...both, camera: false };
    expect(conditions.now(9000, { ...faceless, trackMuted: true })).toEqual(['muted']);
    conditions.voice(9000, { speaking: false, muted: true });
    conditions.voice(9500, { speaking: false, muted: true });
    expect(conditions.now(8999 + MUTED_AFTER_MS, faceless)).toEqual(['silence']); // a gap between words may be as long
    expect(conditions.now(9000 + MUTED_AFTER_MS, faceless)).toEqual(['muted']);
    conditions.voice(11_500, { speaking: false, muted: false });
    expect(conditions.now(11_500, faceless)).toEqual(['silence']);
  });

  it('counts anew after a rest', () => {
    const conditions = new SourceConditions(0);
    conditions.restart(60_000);
    expect(conditions.now(60_100, both)).toEqual([]);
  });
});
