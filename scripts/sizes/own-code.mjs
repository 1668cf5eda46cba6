/**
 * Our own code as it is downloaded, told by the groups of a build's files. Other people's in the worker lie in files of their own
 * (`scripts/build/chunks.mjs`): MediaPipe's script and the tokeniser (`vendor`), the hash of a first download.
 */

import { sumOf } from './report.mjs';

const OTHERS = /^assets\/(?:vendor|sha256)-/;
/** The camera's and the microphone's way in. */
const LIVE = /^assets\/(?:live|stream-source|emitter|frames|newest-frame|microphone-worklet)-/;

/**
 * @param {import('./report.mjs').Sized[]} sized
 * @returns {{ page: number, worker: number, together: number, untilEstimate: number }} bytes, gzip. `page`: the element with Lit and
 *   the page's side of the engine; `worker`: what a worker brings at its start beside what it shares with the page;
 *   `untilEstimate`: both, and what is fetched late until the first estimate by camera and microphone
 */
export function ownBytes(sized) {
  const gzip = (files, groups) => sumOf(files, groups).gzip;
  const page = gzip(sized, ['script', 'element']);
  const worker = gzip(sized.filter(isOwn), ['worker']);
  const together = page + worker;
  return {
    page,
    worker,
    together,
    untilEstimate: together + gzip(sized.filter(isLateYetEarly), ['start', 'late']),
  };
}

/** @param {{ name: string, group: string }[]} sized @returns {string[]} what `untilEstimate` counts */
export function ownUntilEstimate(sized) {
  const atOnce = sized.filter(
    ({ group, name }) => /^(?:script|element|worker)$/.test(group) && !OTHERS.test(name),
  );
  return [...atOnce, ...sized.filter(isLateYetEarly)].map(({ name }) => name);
}

const isOwn = ({ name }) => !OTHERS.test(name);
/** Fetched late, and before the first estimate by camera and microphone all the same. */
const isLateYetEarly = ({ group, name }) => group === 'start' || (group === 'late' && LIVE.test(name));
