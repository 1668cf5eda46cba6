/** Draws the actor: room, shoulders, hair and head; the face's features are in `draw-features.ts`. */

import { drawBrows, drawEyes, drawFolds, drawMouth, drawNose } from './draw-features';
import type { Expression } from './expression';
import { motionAt } from './motion';

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** The picture's size in pixels; other sizes are scaled. */
export const ACTOR_WIDTH = 640;
export const ACTOR_HEIGHT = 480;

const SKIN = { light: '#f3cfb4', middle: '#dfae8c', dark: '#b07f60' };
const HAIR = { light: '#5a4030', dark: '#33231a' };

/**
 * One picture, the same for the same arguments.
 * @param seconds of blinks, breath and sway
 * @param voice 0 to 1, how far speech opens the mouth
 */
export function drawActor(context: Context, expression: Expression, seconds: number, voice: number): void {
  const motion = motionAt(seconds);
  const { canvas } = context;
  context.save();
  context.scale(canvas.width / ACTOR_WIDTH, canvas.height / ACTOR_HEIGHT);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  drawRoom(context);
  context.translate(ACTOR_WIDTH / 2 + motion.x * 0.4, 238);
  drawShoulders(context, motion.breath);
  context.translate(motion.x, motion.y - expression.nod * 6);
  context.rotate(motion.roll);
  context.scale(1.06, 1.06);
  drawHairBehind(context);
  drawNeckShadow(context);
  drawHead(context, expression);
  const face = {
    ...expression,
    eyes: expression.eyes * (1 - motion.blink),
    open: Math.min(1, expression.open * (1 - 0.35 * voice) + voice * 0.38),
  };
  drawFolds(context, face);
  drawEyes(context, face);
  drawBrows(context, face);
  drawNose(context, face);
  drawMouth(context, face);
  drawFringe(context);
  context.restore();
}

function drawRoom(context: Context): void {
  const wall = context.createRadialGradient(230, 150, 40, 320, 240, 480);
  wall.addColorStop(0, '#cfd8de');
  wall.addColorStop(1, '#7d8a95');
  context.fillStyle = wall;
  context.fillRect(0, 0, ACTOR_WIDTH, ACTOR_HEIGHT);
}

function drawShoulders(context: Context, breath: number): void {
  const lift = breath * 2;
  const shirt = context.createLinearGradient(-200, 150, 200, 260);
  shirt.addColorStop(0, '#4f7a8c');
  shirt.addColorStop(1, '#2f4f5f');
  context.fillStyle = SKIN.dark;
  context.fillRect(-46, 90, 92, 110);
  context.fillStyle = shirt;
  context.beginPath();
  context.moveTo(-250, 260);
  context.bezierCurveTo(-235, 190 - lift, -130, 172 - lift, -56, 158 - lift);
  context.bezierCurveTo(-40, 198, 40, 198, 56, 158 - lift);
  context.bezierCurveTo(130, 172 - lift, 235, 190 - lift, 250, 260);
  context.closePath();
  context.fill();
}

function drawHairBehind(context: Context): void {
  const hair = context.createLinearGradient(-110, -150, 110, 60);
  hair.addColorStop(0, HAIR.light);
  hair.addColorStop(1, HAIR.dark);
  context.fillStyle = hair;
  context.beginPath();
  context.ellipse(0, -44, 114, 116, 0, 0, Math.PI * 2);
  context.fill();
}

function drawNeckShadow(context: Context): void {
  const shade = context.createLinearGradient(0, 100, 0, 165);
  shade.addColorStop(0, 'rgba(70, 38, 22, 0.6)');
  shade.addColorStop(1, 'rgba(70, 38, 22, 0)');
  context.fillStyle = shade;
  context.fillRect(-42, 96, 84, 70);
}

/** The jaw follows the mouth: an open mouth makes a longer face. */
function headPath(context: Context, drop: number): void {
  context.beginPath();
  context.moveTo(-98, -40);
  context.bezierCurveTo(-100, -112, -58, -142, 0, -142);
  context.bezierCurveTo(58, -142, 100, -112, 98, -40);
  context.bezierCurveTo(98, 18, 90, 62, 62, 100 + drop * 0.7);
  context.bezierCurveTo(40, 128 + drop, 20, 136 + drop, 0, 136 + drop);
  context.bezierCurveTo(-20, 136 + drop, -40, 128 + drop, -62, 100 + drop * 0.7);
  context.bezierCurveTo(-90, 62, -98, 18, -98, -40);
  context.closePath();
}

function drawHead(context: Context, expression: Expression): void {
  drawEars(context);
  headPath(context, expression.open * 10);
  const skin = context.createRadialGradient(-26, -40, 20, 0, 0, 165);
  skin.addColorStop(0, SKIN.light);
  skin.addColorStop(0.55, SKIN.middle);
  skin.addColorStop(1, SKIN.dark);
  context.fillStyle = skin;
  context.fill();
  context.save();
  context.clip();
  // light comes from the left: the right cheek and the jaw's edge lie in shade
  const shade = context.createLinearGradient(10, 0, 108, 20);
  shade.addColorStop(0, 'rgba(96, 56, 36, 0)');
  shade.addColorStop(1, 'rgba(96, 56, 36, 0.5)');
  context.fillStyle = shade;
  context.fillRect(-120, -150, 240, 320);
  for (const side of [-1, 1]) {
    softSpot(context, side * 40, -20, 40, 'rgba(110, 62, 42, 0.34)');
    softSpot(
      context,
      side * 56,
      34 - expression.cheeks * 8,
      30,
      `rgba(226, 120, 100, ${0.2 + expression.cheeks * 0.16})`,
    );
  }
  softSpot(context, 0, 116 + expression.open * 8, 24, 'rgba(255, 226, 204, 0.35)');
  context.restore();
}

function drawEars(context: Context): void {
  for (const side of [-1, 1]) {
    context.fillStyle = side < 0 ? SKIN.middle : SKIN.dark;
    context.beginPath();
    context.ellipse(side * 100, -8, 14, 27, side * 0.12, 0, Math.PI * 2);
    context.fill();
    context.strokeStyle = 'rgba(110, 62, 42, 0.5)';
    context.lineWidth = 2.5;
    context.beginPath();
    context.ellipse(side * 101, -8, 7, 17, side * 0.12, 0, Math.PI * 2);
    context.stroke();
  }
}

function drawFringe(context: Context): void {
  const hair = context.createLinearGradient(-100, -150, 100, -60);
  hair.addColorStop(0, HAIR.light);
  hair.addColorStop(1, HAIR.dark);
  context.fillStyle = hair;
  context.beginPath();
  context.moveTo(-106, -26);
  context.bezierCurveTo(-122, -120, -66, -168, 6, -164);
  context.bezierCurveTo(78, -164, 120, -112, 106, -26);
  context.bezierCurveTo(98, -62, 88, -84, 66, -98);
  context.bezierCurveTo(30, -88, -30, -92, -60, -108);
  context.bezierCurveTo(-84, -88, -96, -64, -106, -26);
  context.closePath();
  context.fill();
}

function softSpot(context: Context, x: number, y: number, radius: number, colour: string): void {
  const spot = context.createRadialGradient(x, y, 0, x, y, radius);
  spot.addColorStop(0, colour);
  spot.addColorStop(1, colour.replace(/[\d.]+\)$/, '0)'));
  context.fillStyle = spot;
  context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}
