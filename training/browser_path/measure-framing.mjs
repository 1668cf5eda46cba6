/**
 * Where FER+'s pictures have the face, as the browser's detector sees it: the numbers of src/encoders/face/framing.ts.
 *
 *     node training/browser_path/measure-framing.mjs --folder CANVASES [--limit N] [--bundle public/models/small] [--grid]
 *
 * CANVASES is what make-ferplus-canvases.py writes (`--split train`): its labels.csv knows where each picture lies.
 * Prints medians and quartiles in parts of the picture's side. `--grid` then crops with framings around the medians and
 * prints DenseFace's accuracy with each.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withHarness } from './browser.mjs';
import { quantile, readLabels, score, top } from './labels.mjs';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    limit: { type: 'string' },
    bundle: { type: 'string', default: 'public/models/small' },
    grid: { type: 'boolean', default: false },
  },
});
if (!values.folder) {
  console.error('Give --folder CANVASES.');
  process.exit(2);
}
const rows = (await readLabels(join(values.folder, 'labels.csv'))).slice(
  0,
  values.limit ? Number(values.limit) : undefined,
);

/** A point of the canvas in parts of the pasted picture: 0..1 from its left and top. */
function inPicture(row, { x, y }) {
  const angle = (Number(row.angle_degrees) * Math.PI) / 180;
  const [dx, dy] = [
    (x - Number(row.centre_x)) / Number(row.side),
    (y - Number(row.centre_y)) / Number(row.side),
  ];
  return {
    x: 0.5 + dx * Math.cos(angle) + dy * Math.sin(angle),
    y: 0.5 - dx * Math.sin(angle) + dy * Math.cos(angle),
  };
}

function measure(row, { box, leftEye, rightEye, score: confidence }) {
  const [left, right] = [inPicture(row, leftEye), inPicture(row, rightEye)];
  const centre = inPicture(row, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
  const boxSide = Math.sqrt(box.width * box.height) / Number(row.side);
  return {
    eyesX: (left.x + right.x) / 2,
    eyesY: (left.y + right.y) / 2,
    eyeDistance: Math.hypot(right.x - left.x, right.y - left.y),
    rollDegrees: (Math.atan2(right.y - left.y, right.x - left.x) * 180) / Math.PI,
    boxCentreX: centre.x,
    boxCentreY: centre.y,
    boxSide,
    sidePerBox: 1 / boxSide,
    sidePerEyeDistance: 1 / Math.hypot(right.x - left.x, right.y - left.y),
    confidence,
  };
}

function medians(measured) {
  const names = Object.keys(measured[0]);
  return Object.fromEntries(
    names.map((name) => {
      const list = measured.map((one) => one[name]);
      return [name, [0.25, 0.5, 0.75].map((part) => Number(quantile(list, part).toFixed(4)))];
    }),
  );
}

function gridAround({ sidePerBox, eyesX, eyesY }) {
  const framings = [];
  for (const scale of [0.85, 0.92, 1, 1.08, 1.16, 1.25]) {
    for (const shift of [-0.04, 0, 0.04]) {
      framings.push({ sidePerBox: sidePerBox[1] * scale, eyesX: eyesX[1], eyesY: eyesY[1] + shift });
    }
  }
  return framings;
}

await withHarness(
  { bundle: values.bundle, part: 'face', folders: { canvases: values.folder } },
  async ({ classes, look }) => {
    const run = async (framings) => {
      const answers = [];
      for (const { file } of rows) {
        answers.push(await look('canvases', file, { kind: 'framings', framings }));
      }
      return answers;
    };
    const found = (await run([])).flatMap(({ face }, index) => (face ? [measure(rows[index], face)] : []));
    // A face that is not where the picture is would be a mistake of the detector, not a framing.
    const placed = found.filter(({ eyesX, eyesY }) => Math.hypot(eyesX - 0.5, eyesY - 0.4) < 0.3);
    console.log(`${found.length} of ${rows.length} faces found, ${placed.length} where the picture is`);
    if (placed.length === 0) return;
    const measured = medians(placed);
    for (const [name, [low, middle, high]] of Object.entries(measured))
      console.log(`${name}: ${middle} (${low} to ${high})`);
    if (!values.grid) return;
    const framings = gridAround(measured);
    const answers = await run(framings);
    const seen = answers.flatMap(({ face }, index) => (face ? [index] : []));
    framings.forEach((framing, at) => {
      const truth = seen.map((index) => rows[index].label);
      const { accuracy, uar } = score(
        truth,
        seen.map((index) => top(classes, answers[index].probabilities[at])),
      );
      const numbers = Object.entries(framing).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      console.log(
        `${numbers.join(', ')}: accuracy ${accuracy.toFixed(3)}, UAR ${uar.toFixed(3)} (${seen.length})`,
      );
    });
  },
);
