import { describe, expect, it } from 'vitest';
import { livePills } from './live-pills';
import { strings } from './strings';
import { CANNED_STATES } from './testing/canned-states';

const { listening } = CANNED_STATES;

describe('livePills', () => {
  it('shows each device that is on, and no other', () => {
    expect(livePills(listening).map(({ text }) => text)).toEqual([
      strings.preview.camera,
      strings.preview.microphone,
    ]);
    expect(livePills({ ...listening, camera: 'refused' })).toEqual([
      { text: strings.preview.microphone, recording: true },
    ]);
  });

  it('shows devices while the model still loads', () => {
    expect(livePills(CANNED_STATES.loading)).toHaveLength(2);
  });

  it.each(['actor', 'file', 'stream'] as const)('%s is no recording', (source) => {
    expect(livePills({ ...listening, source })).toEqual([
      { text: strings.preview[source], recording: false },
    ]);
  });

  it('shows nothing at rest', () => {
    expect(livePills({ ...listening, phase: 'idle' })).toEqual([]);
    expect(livePills({ ...listening, source: 'text' })).toEqual([]);
  });
});
