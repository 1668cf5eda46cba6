import { expect, test, vi } from 'vitest';
import type { RecogniserState } from '../recogniser';
import { CANNED_STATES } from './testing';
import { showsTime, TimelineFetch } from './shows-time';

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

test('it is fetched once a run, though states share the timeline that grows', () => {
  const load = vi.fn(() => Promise.resolve());
  const fetch = new TimelineFetch(load);
  const growing = { ...timeline, estimates: [] as unknown[] };
  const state = { timeline: growing as unknown as RecogniserState['timeline'], media: null };
  fetch.see(state);
  expect(load).not.toHaveBeenCalled();
  growing.estimates.push({});
  fetch.see(state);
  fetch.see(state);
  expect(load).toHaveBeenCalledTimes(1);
  fetch.see({ timeline: null, media: null });
  fetch.see(state);
  expect(load).toHaveBeenCalledTimes(2);
});
