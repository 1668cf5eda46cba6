/** The features of the actor's face, in head units: half width 98, chin at 136, eyes at -16. */

import type { Context } from './draw';
import type { Expression } from './expression';

const EYE = { x: 40, y: -16, width: 23, height: 11.5 };
const MOUTH = { y: 76, width: 31 };
const LINE = '#4a2a1c';
const LIP = '#b3574f';

export function drawEyes(context: Context, face: Expression): void {
  for (const side of [-1, 1]) drawEye(context, face, side);
}

function drawEye(context: Context, face: Expression, side: number): void {
  const up = EYE.height * face.eyes * (1 - 0.12 * face.cheeks);
  // raised cheeks push the lower lid up: the eyes of a real smile
  const down = EYE.height * 0.72 * Math.min(1, face.eyes) * (1 - 0.55 * face.cheeks);
  // grief lifts the inner corner of the lid, anger presses it down
  const inner = face.tilt * 3;
  context.save();
  context.translate(side * EYE.x, EYE.y);
  context.scale(side, 1); // from here on x grows outwards
  const lids = () => {
    context.beginPath();
    context.moveTo(-EYE.width, 2);
    context.bezierCurveTo(-14, -up * 1.25 - inner, 10, -up * 1.35 + inner * 0.6, EYE.width, 0);
    context.bezierCurveTo(12, down * 1.3, -12, down * 1.35, -EYE.width, 2);
    context.closePath();
  };
  lids();
  context.fillStyle = '#f7f2ec';
  context.fill();
  context.save();
  context.clip();
  drawIris(context, side, -face.gaze * 4);
  // the upper lid's shadow on the eyeball
  context.strokeStyle = 'rgba(60, 30, 20, 0.28)';
  context.lineWidth = 6;
  lids();
  context.stroke();
  context.restore();
  drawLids(context, up, down, inner, face);
  context.restore();
}

function drawIris(context: Context, side: number, y: number): void {
  const iris = context.createRadialGradient(0, y, 2, 0, y, 10.5);
  iris.addColorStop(0, '#6d4a2f');
  iris.addColorStop(1, '#2e1c12');
  context.fillStyle = iris;
  disc(context, 0, y - 1, 10.5);
  context.fillStyle = '#120a06';
  disc(context, 0, y - 1, 5);
  context.fillStyle = 'rgba(255, 255, 255, 0.9)';
  disc(context, -3 * side, y - 5, 2.4);
}

function drawLids(context: Context, up: number, down: number, inner: number, face: Expression): void {
  context.strokeStyle = LINE;
  context.lineWidth = 4;
  context.beginPath();
  context.moveTo(-EYE.width, 2);
  context.bezierCurveTo(-14, -up * 1.25 - inner, 10, -up * 1.35 + inner * 0.6, EYE.width + 2, -1);
  context.stroke();
  context.lineWidth = 1.6;
  context.strokeStyle = 'rgba(74, 42, 28, 0.75)';
  context.beginPath();
  context.moveTo(EYE.width, 0);
  context.bezierCurveTo(12, down * 1.3, -12, down * 1.35, -EYE.width, 2);
  context.stroke();
  // the fold above the lid, hidden under lowered brows
  context.strokeStyle = `rgba(96, 54, 36, ${0.5 * Math.min(1, 1 + face.brows)})`;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(-19, -up * 0.6 - 6 - inner);
  context.quadraticCurveTo(2, -up * 1.05 - 10, 22, -up * 0.4 - 6);
  context.stroke();
}

export function drawBrows(context: Context, face: Expression): void {
  for (const side of [-1, 1]) {
    const base = -46 - face.brows * (face.brows > 0 ? 17 : 9);
    const innerX = 17 - face.knit * 6;
    const innerY = base - face.tilt * 12;
    const middleY = base - 8 - Math.max(0, face.brows) * 5 - face.tilt * 1.5;
    const outerY = base + 4 + face.tilt * 8;
    context.fillStyle = '#3a251a';
    context.save();
    context.scale(side, 1);
    context.beginPath();
    context.moveTo(innerX, innerY - 5);
    context.quadraticCurveTo(42, middleY - 6, 70, outerY);
    context.quadraticCurveTo(42, middleY + 5, innerX + 1, innerY + 6);
    context.closePath();
    context.fill();
    context.restore();
  }
  drawFrown(context, face);
}

/** Lines that lowered, knit or raised brows leave on the forehead. */
function drawFrown(context: Context, face: Expression): void {
  context.lineWidth = 2.6;
  context.strokeStyle = `rgba(84, 46, 30, ${0.75 * face.knit})`;
  for (const side of [-1, 1]) {
    context.beginPath();
    context.moveTo(side * 6, -60 - face.brows * 4);
    context.quadraticCurveTo(side * 3.5, -50, side * 6.5, -38);
    context.stroke();
  }
  const raised = Math.max(0, face.brows, face.tilt * 0.6);
  context.strokeStyle = `rgba(110, 66, 46, ${0.45 * raised * raised})`;
  for (const y of [-84, -76]) {
    context.beginPath();
    context.moveTo(-34, y + 2);
    context.quadraticCurveTo(0, y - 4, 34, y + 2);
    context.stroke();
  }
}

export function drawNose(context: Context, face: Expression): void {
  const flare = Math.max(0, -face.tilt) * 3 + face.cheeks * 2;
  const shade = context.createLinearGradient(0, 0, 22, 0);
  shade.addColorStop(0, 'rgba(110, 62, 42, 0)');
  shade.addColorStop(0.5, 'rgba(110, 62, 42, 0.3)');
  shade.addColorStop(1, 'rgba(110, 62, 42, 0)');
  context.fillStyle = shade;
  context.beginPath();
  context.moveTo(6, -30);
  context.quadraticCurveTo(10, 6, 24, 34);
  context.lineTo(4, 36);
  context.closePath();
  context.fill();
  const light = context.createRadialGradient(-3, 24, 0, -3, 24, 15);
  light.addColorStop(0, 'rgba(255, 238, 222, 0.7)');
  light.addColorStop(1, 'rgba(255, 238, 222, 0)');
  context.fillStyle = light;
  context.fillRect(-18, 9, 30, 30);
  for (const side of [-1, 1]) {
    context.fillStyle = 'rgba(64, 30, 20, 0.8)';
    context.beginPath();
    context.ellipse(side * (9 + flare * 0.5), 39, 5.2, 2.8, side * -0.25, 0, Math.PI * 2);
    context.fill();
    context.strokeStyle = 'rgba(110, 62, 42, 0.75)';
    context.lineWidth = 2.4;
    context.beginPath();
    context.moveTo(side * (17 + flare), 24);
    context.quadraticCurveTo(side * (23 + flare), 34, side * (16 + flare), 41);
    context.stroke();
  }
}

/** From the nose past the corners of the mouth: deep in a smile, a shadow in grief and anger. */
export function drawFolds(context: Context, face: Expression): void {
  const depth = Math.min(1, face.cheeks + Math.max(0, -face.corners) * 0.65);
  const cornerX = MOUTH.width * face.width;
  const cornerY = MOUTH.y - face.corners * 13;
  context.strokeStyle = `rgba(110, 62, 42, ${0.62 * depth})`;
  context.lineWidth = 3;
  for (const side of [-1, 1]) {
    context.beginPath();
    context.moveTo(side * 23, 34);
    context.quadraticCurveTo(side * (cornerX + 8), 44, side * (cornerX + 11), cornerY + 5);
    context.stroke();
    // crow's feet belong to the smile alone
    context.strokeStyle = `rgba(110, 62, 42, ${0.4 * face.cheeks})`;
    context.beginPath();
    context.moveTo(side * 22, 2);
    context.quadraticCurveTo(side * 42, 9, side * 60, 0);
    context.stroke();
    context.strokeStyle = `rgba(110, 62, 42, ${0.62 * depth})`;
  }
}

interface MouthShape {
  readonly x: number;
  readonly corner: number;
  /** Inner edges of the lips, at the middle. */
  readonly top: number;
  readonly bottom: number;
}

export function drawMouth(context: Context, face: Expression): void {
  const gap = face.open * 44;
  // the middle of a smiling mouth sinks a little below its corners, that of a sad one stands above
  const bow = face.corners * 5;
  const shape: MouthShape = {
    x: MOUTH.width * face.width,
    corner: MOUTH.y - face.corners * 13,
    top: MOUTH.y + bow - gap * 0.22,
    bottom: MOUTH.y + bow + gap * 0.78,
  };
  drawLips(context, shape);
  if (gap > 1) drawInside(context, shape, face.teeth, gap);
  else drawLipLine(context, shape);
  for (const side of [-1, 1]) {
    context.fillStyle = 'rgba(74, 34, 24, 0.7)';
    disc(context, side * shape.x, shape.corner, 2.6);
  }
  context.fillStyle = `rgba(96, 52, 36, ${0.2 + 0.25 * Math.max(0, -face.corners)})`;
  context.beginPath();
  context.ellipse(0, shape.bottom + 19, 18, 4, 0, 0, Math.PI * 2);
  context.fill();
}

/** How far out the lower lip bulges, in half widths: a mouth as tall as wide is an O, a smile a bow. */
function roundness({ x, top, bottom }: MouthShape): number {
  return 0.62 + 0.5 * Math.min(1, Math.max(0, (bottom - top) / x - 0.6));
}

function drawLips(context: Context, { x, corner, top, bottom }: MouthShape): void {
  const lips = context.createLinearGradient(0, top - 9, 0, bottom + 12);
  lips.addColorStop(0, '#9c463f');
  lips.addColorStop(1, LIP);
  context.fillStyle = lips;
  context.beginPath();
  context.moveTo(-x - 2, corner);
  context.bezierCurveTo(-x * 0.55, top - 9, -9, top - 13, 0, top - 8);
  context.bezierCurveTo(9, top - 13, x * 0.55, top - 9, x + 2, corner);
  const round = roundness({ x, corner, top, bottom });
  context.bezierCurveTo(x * round, bottom + 12, x * 0.3, bottom + 14, 0, bottom + 14);
  context.bezierCurveTo(-x * 0.3, bottom + 14, -x * round, bottom + 12, -x - 2, corner);
  context.closePath();
  context.fill();
}

function insidePath(context: Context, { x, corner, top, bottom }: MouthShape): void {
  context.beginPath();
  context.moveTo(-x, corner);
  context.bezierCurveTo(-x * 0.5, top, -x * 0.3, top, 0, top);
  context.bezierCurveTo(x * 0.3, top, x * 0.5, top, x, corner);
  const round = roundness({ x, corner, top, bottom });
  context.bezierCurveTo(x * round, bottom + 3, x * 0.3, bottom + 3, 0, bottom + 3);
  context.bezierCurveTo(-x * 0.3, bottom + 3, -x * round, bottom + 3, -x, corner);
  context.closePath();
}

function drawInside(context: Context, shape: MouthShape, teeth: number, gap: number): void {
  const { x, top, bottom } = shape;
  insidePath(context, shape);
  context.fillStyle = '#3b1413';
  context.fill();
  context.save();
  context.clip();
  context.fillStyle = '#b8605c';
  context.beginPath();
  context.ellipse(0, bottom + 6, x * 0.6, Math.max(1, gap * 0.3), 0, 0, Math.PI * 2);
  context.fill();
  const height = teeth * Math.min(15, gap + 4);
  context.fillStyle = '#fbf8f2';
  context.fillRect(-x, shape.corner - 30, 2 * x, top + height - (shape.corner - 30));
  // bared teeth: the lower row shows as well once the corners are down
  if (shape.corner > MOUTH.y + 3 && teeth > 0.5) context.fillRect(-x, bottom - 3, 2 * x, 12);
  context.strokeStyle = 'rgba(120, 90, 80, 0.35)';
  context.lineWidth = 1;
  for (let tooth = -3; tooth <= 3; tooth += 1) {
    context.beginPath();
    context.moveTo(tooth * 9, top - 6);
    context.lineTo(tooth * 9, top + height);
    context.stroke();
  }
  context.restore();
}

function drawLipLine(context: Context, { x, corner, top }: MouthShape): void {
  context.strokeStyle = '#5a211c';
  context.lineWidth = 3;
  context.beginPath();
  context.moveTo(-x, corner);
  context.bezierCurveTo(-x * 0.5, top, -x * 0.3, top, 0, top + 1);
  context.bezierCurveTo(x * 0.3, top, x * 0.5, top, x, corner);
  context.stroke();
}

function disc(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}
