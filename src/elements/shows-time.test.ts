import { expect, test } from 'vitest';
import type { RecogniserState } from '../recogniser';
import { CANNED_STATES } from './testing';
import { showsTime } from './shows-time';

const { timeline, media } = CANNED_STATES.file;
const nothingYet = { ...timeline, estimates: [] } as unknown as RecogniserState['timeline'];

test('before anything runs there is nothing over time', () => {
  expect(showsTime({ timeline: null, media: null })).toBe(false);
});

test('devices have to give an answer first', () => {
  expect(showsTime({ timeline: nothingYet, media: null })).toBe(false);
  expect(showsTime({ timeline, media: null })).toBe(true);
});

test('a file is shown from its beginning', () => {
  expect(showsTime({ timeline: nothingYet, media })).toBe(true);
});
