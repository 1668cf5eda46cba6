import { describe, expect, it } from 'vitest';
import { evidenceNotes } from './evidence-notes';
import { strings } from './strings';
import { CANNED_STATES } from './testing/canned-states';

const { listening, idle } = CANNED_STATES;
const { evidence } = strings;

describe('evidenceNotes', () => {
  it('explains nothing that was not asked for', () => {
    expect(evidenceNotes(idle)).toEqual({});
  });

  const away = ['off', 'refused', 'missing', 'busy', 'ended', 'lost', 'undecodable'] as const;
  it.each(away)('says that a device, or what a file has of it, is %s', (status) => {
    const notes = evidenceNotes({ ...listening, camera: status, microphone: status });
    expect(notes.face).toBe(evidence[status]);
    expect(notes.voice).toBe(evidence[status]);
  });

  it('says of a file, a stream and the actor what they do not have, and that nobody has switched it off', () => {
    const without = { ...listening, camera: 'off', microphone: 'off' } as const;
    for (const [source, note] of [
      ['file', evidence.notInFile],
      ['stream', evidence.absent],
      ['push', evidence.absent],
      ['devices', evidence.off],
    ] as const) {
      const { face, voice } = evidenceNotes({ ...without, source });
      expect([face, voice]).toEqual([note, note]);
    }
  });

  it('waits for nothing in a moment of a file that is answered', () => {
    const { face, voice } = evidenceNotes({ ...listening, source: 'file' });
    expect([face, voice]).toEqual([evidence.noFace, evidence.silence]);
    const unread = evidenceNotes({ ...listening, source: 'file', estimate: null });
    expect([unread.face, unread.voice]).toEqual([evidence.waiting, evidence.waiting]);
  });

  it('says what a live device lacks; muted goes before silence', () => {
    expect(evidenceNotes(listening).face).toBe(evidence.waiting);
    expect(evidenceNotes({ ...listening, conditions: ['no-face'] }).face).toBe(evidence.noFace);
    expect(evidenceNotes({ ...listening, conditions: ['silence'] }).voice).toBe(evidence.silence);
    expect(evidenceNotes({ ...listening, conditions: ['no-sound'] }).voice).toBe(evidence.noSound);
    expect(evidenceNotes({ ...listening, conditions: ['silence', 'muted'] }).voice).toBe(evidence.muted);
  });
});
