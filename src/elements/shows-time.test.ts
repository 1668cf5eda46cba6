import { expect, test, vi } from 'vitest';
import { CANNED_STATES } from './testing';
import { TimelineFetch } from './shows-time';

const { timeline, estimate } = CANNED_STATES.file;

test.each([
  ['nothing', false, { timeline: null, estimate: null }],
  [
    'a first impression, while the model loads',
    false,
    { timeline: null, estimate: { ...estimate!, provisional: true } },
  ],
  [
    'an answer that there is nothing yet',
    true,
    { timeline: { ...timeline!, estimates: [] }, estimate: null },
  ],
  ['an answer', true, { timeline, estimate }],
  ['the answer to a text alone', true, { timeline: null, estimate }],
] as const)('%s is shown by what is fetched: %s', (_what, wanted, state) => {
  const load = vi.fn(() => Promise.resolve());
  new TimelineFetch(load).see(state);
  expect(load).toHaveBeenCalledTimes(wanted ? 1 : 0);
});

test('it is fetched once a run', () => {
  const load = vi.fn(() => Promise.resolve());
  const fetch = new TimelineFetch(load);
  for (let answer = 0; answer < 3; answer += 1) fetch.see({ timeline, estimate });
  expect(load).toHaveBeenCalledTimes(1);
  fetch.see({ timeline: null, estimate: null });
  fetch.see({ timeline, estimate });
  expect(load).toHaveBeenCalledTimes(2);
});
