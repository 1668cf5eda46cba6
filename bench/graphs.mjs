/** The graphs that are timed alone, by name: file, inputs, and how many numbers they multiply. In the page and in Node alike. */

/** Encoder frames of a whole window, as many of them as are one step of the transformer, and the taps of its positions. */
const FRAMES = 192;
const SQUEEZE = 3;
const TAPS = 22;
const HOP = 320;
const REACH = 400;
/** Of the fusion: words, faces, voice tokens. */
const [WORDS, FACES, VOICE] = [20, 36, 64];

/** wav2vec2's convolutions: channels in and out, kernel; steps of a window behind each. */
const CONVOLUTIONS = [
  [1, 32, 10], [32, 64, 3], [64, 96, 3], [96, 128, 3], [128, 192, 3], [192, 256, 2], [256, 256, 2],
]; // prettier-ignore

function convolutions(samples) {
  let steps = samples;
  let total = 0;
  for (const [index, [input, output, kernel]] of CONVOLUTIONS.entries()) {
    steps = Math.floor((steps - kernel) / (index === 0 ? 5 : 2)) + 1;
    total += steps * input * output * kernel;
  }
  return total;
}

/** A transformer's layers over `tokens` of `width`: four projections, two of four times the width, attention. */
function layers(count, tokens, width) {
  return count * tokens * (4 * width ** 2 + 8 * width ** 2 + 2 * tokens * width);
}

const frameProjection = FRAMES * 256 * 256;
const contextSteps = FRAMES / SQUEEZE;
const voiceContext = layers(4, contextSteps, 256) + contextSteps * 256 * 16 * TAPS;
const tokens = WORDS + FACES + VOICE;

/** What a layer adds for one token, beside keys and values of all. */
function oneToken(tokens, width) {
  return 10 * width ** 2 + 2 * tokens * width;
}

/**
 * Of one row of MEmoBERT: six layers of 384, the projections of faces and voice, the vocabulary at the mask. `lean` as the page runs it,
 * without `hidden` and `filled_words`: the last layer is asked at the mask, and of the other tokens has keys and values alone; one head
 * answers there, not two.
 */
export function fusionMultiplications(words, faces, voice, { lean = false } = {}) {
  const tokens = words + faces + voice;
  const last = lean ? 2 * tokens * 384 ** 2 : layers(1, tokens, 384);
  const heads = (lean ? 1 : 2) * (384 + 30522) * 384;
  return layers(5, tokens, 384) + last + oneToken(tokens, 384) + (faces * 342 + voice * 256) * 384 + heads;
}

const wave = (frames) => ({ waveform: ['float32', [1, REACH + (frames - 1) * HOP]] });
const faces = { faces: ['float32', [1, 1, 64, 64]] };
const voiceWhole = convolutions(REACH + (FRAMES - 1) * HOP) + frameProjection + voiceContext;

/** `graph` of the bundle's manifest and precision -> what it takes. Convolutions of faces: `lightface_model.multiplications`. */
export const GRAPHS = {
  denseface: { inputs: faces, multiplications: 287_486_640 },
  'denseface-light': { inputs: faces, multiplications: 37_226_160 },
  wav2vec2: { inputs: wave(FRAMES), multiplications: voiceWhole },
  'wav2vec2-features': {
    inputs: wave(FRAMES),
    multiplications: convolutions(REACH + (FRAMES - 1) * HOP) + frameProjection,
  },
  'wav2vec2-context': {
    inputs: { frames: ['float32', [1, FRAMES, 256]] },
    multiplications: voiceContext,
  },
  memobert: {
    inputs: {
      input_ids: ['int32', [1, WORDS]],
      face_features: ['float32', [1, FACES, 342]],
      voice_features: ['float32', [1, VOICE, 256]],
      attention_mask: ['int32', [1, tokens]],
      mask_position: ['int32', [1]],
    },
    outputs: ['mask_logits'],
    multiplications: fusionMultiplications(WORDS, FACES, VOICE),
  },
};

/** What a large MatMul reaches is the limit of a build: [512,512] by a constant [512,512]. */
export const MATMUL = { inputs: { a: ['float32', [512, 512]] }, multiplications: 512 ** 3 };

/** The graphs' files that the bundle has: `name precision` -> path, graph. */
export function filesOf(manifest) {
  return Object.entries(GRAPHS).flatMap(([name, graph]) =>
    Object.entries(manifest.graphs[name] ?? {}).map(([precision, { path, backends }]) => ({
      ...{ title: `${name} ${precision}`, path, backends },
      ...graph,
    })),
  );
}

/** Numbers of about unit variance, the same each time; ids and masks of ones. */
export function fill([type, dims]) {
  const length = dims.reduce((product, dim) => product * dim, 1);
  const data =
    type === 'int32'
      ? new Int32Array(length).fill(1)
      : Float32Array.from({ length }, (_, index) => 1.4 * Math.sin(index * index));
  return { type, dims, data };
}
