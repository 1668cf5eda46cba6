/** What a soak's samples say: how each quantity went from quarter to quarter, and what of it is wrong. */

/** Memory of the last quarter over the second's: the first still fills windows, arenas and caches. */
export const MOST_GROWTH = 0.05;
/** Without an estimate, in seconds: at two a second nothing but a fault takes as long, however busy the machine is. */
const LONGEST_STILL_S = 20;
/** Below it, what is being filled is still most of the growth. */
const LEAST_MINUTES = 10;
const QUANTITIES = ['rssMb', 'heapMb', 'faceHz', 'voiceHz', 'fusionHz', 'unseenHz', 'delayMs', 'load'];

/**
 * @typedef {{ second: number, phase: string, faults: string[], estimates: number, [quantity: string]: unknown }} Sample
 * @param {Sample[]} samples oldest first
 * @returns {Record<string, { mean: number, p95: number, quarters: number[] }>} by quantity; a sample without it (null) counts for nothing
 */
export function summarise(samples) {
  const found = {};
  for (const name of QUANTITIES) {
    const values = known(samples, name).toSorted((a, b) => a - b);
    if (values.length === 0) continue;
    const p95 = values[Math.ceil(0.95 * values.length) - 1];
    const quarters = quartersOf(samples).map((part) => rounded(mean(known(part, name))));
    found[name] = { mean: rounded(mean(values)), p95: rounded(p95), quarters };
  }
  return found;
}

/**
 * @param {Sample[]} samples
 * @param {{ minutes: number, broke?: string | null }} run `broke`: why it ended early
 * @returns {string[]} what is wrong, in words; none where all is well
 */
export function faultsOf(samples, { minutes, broke = null }) {
  const wrong = [];
  const last = samples.at(-1);
  if (broke !== null) wrong.push(`broke off: ${broke}`);
  if (last === undefined) return [...wrong, 'no samples'];
  if (last.faults.length > 0) wrong.push(`the page told: ${last.faults.join(', ')}`);
  if (last.phase !== 'listening') wrong.push(`it ended as "${last.phase}"`);
  for (const [from, to] of stretchesWithout(samples))
    wrong.push(`no estimate from second ${Math.round(from)} to ${Math.round(to)}`);
  const [, second, , fourth] = quartersOf(samples).map((part) => mean(known(part, 'rssMb')));
  const growth = fourth / second - 1;
  if (minutes >= LEAST_MINUTES && growth > MOST_GROWTH)
    wrong.push(`memory grew by ${(100 * growth).toFixed(1)} % from the second quarter to the last`);
  return wrong;
}

/** From the first sample that has all estimates of a stretch to the last, in seconds. */
function stretchesWithout(samples) {
  const found = [];
  let first = samples[0];
  for (const [index, sample] of samples.entries()) {
    if (sample.estimates !== first.estimates) first = sample;
    const ends = samples[index + 1]?.estimates !== sample.estimates;
    if (ends && sample.second - first.second >= LONGEST_STILL_S) found.push([first.second, sample.second]);
  }
  return found;
}

function quartersOf(samples) {
  const at = (quarter) => Math.round((quarter * samples.length) / 4);
  return [0, 1, 2, 3].map((quarter) => samples.slice(at(quarter), at(quarter + 1)));
}

function known(samples, name) {
  return samples.map((sample) => sample[name]).filter((value) => typeof value === 'number');
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value) {
  return Math.round(value * 100) / 100;
}
