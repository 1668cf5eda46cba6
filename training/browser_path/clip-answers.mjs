/** What the page's estimates over a clip come to, and whether each of them can be right at all. */
import { top } from './labels.mjs';

/** How far from 1 a distribution may sum, in single precision. */
const SUM_TOLERANCE = 1e-5;

/**
 * @param {object[]} estimates of a clip, as the page's timeline has them
 * @throws Error that names the first number that is not finite, or the first distribution that does not sum to 1
 */
export function checkEstimates(estimates) {
  for (const estimate of estimates) {
    checkFinite(estimate, `the estimate at ${estimate.time} s`);
    const alone = Object.entries(estimate.modalities).map(([name, { probabilities }]) => [
      name,
      probabilities,
    ]);
    const faces = estimate.faces.map(({ expression }, index) => [`face ${index}`, expression]);
    for (const [name, distribution] of [['all', estimate.probabilities], ...alone, ...faces]) {
      if (distribution !== null) checkDistribution(distribution, `${name} at ${estimate.time} s`);
    }
  }
}

function checkFinite(value, where) {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${where} is ${value}.`);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) checkFinite(inner, `${where}, ${name}`);
}

function checkDistribution(distribution, where) {
  const sum = distribution.reduce((total, probability) => total + probability, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE || distribution.some((probability) => probability < 0)) {
    throw new Error(`${where} is no distribution: ${distribution.join(', ')}.`);
  }
}

/**
 * @param {{ seconds: number, estimates: object[] }} timeline of a clip, of one estimate at least
 * @returns length in seconds; how many estimates, how many of them with a face, with a voice, and withheld; `word`, the likeliest
 *   on average, its mean, least and greatest probability; how often the likeliest word changes from one estimate to the next
 */
export function summarise({ seconds, estimates }) {
  const [{ labels }] = estimates;
  const means = labels.map((_, index) => mean(estimates.map(({ probabilities }) => probabilities[index])));
  const word = top(labels, means);
  const course = estimates.map(({ probabilities }) => probabilities[labels.indexOf(word)]);
  const words = estimates.map(({ probabilities }) => top(labels, probabilities));
  const present = (name) => estimates.filter(({ modalities }) => modalities[name].present).length;
  return {
    ...{ seconds: round(seconds), estimates: estimates.length },
    ...{ face: present('face'), voice: present('voice') },
    withheld: estimates.filter(({ reliability }) => reliability.abstained).length,
    ...{
      word,
      mean: round(mean(course)),
      least: round(Math.min(...course)),
      most: round(Math.max(...course)),
    },
    changes: words.filter((each, index) => index > 0 && each !== words[index - 1]).length,
  };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value) {
  return Number(value.toFixed(4));
}
