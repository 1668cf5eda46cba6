/** What the actor does and says, second by second; the whole repeats. */

import { blend, EXPRESSIONS, type Expression, type ExpressionName } from './expression';

export interface Scene {
  readonly expression: ExpressionName;
  /** Length in seconds. */
  readonly seconds: number;
  /** What is said; its recording is `<expression>.mp3` in the actor's folder. */
  readonly line: string;
  /** Seconds into the scene at which the line begins. */
  readonly lineAt: number;
}

export const SCENES: readonly Scene[] = [
  { expression: 'neutral', seconds: 4, line: 'It is ten past four on a Tuesday.', lineAt: 0.8 },
  { expression: 'happy', seconds: 5.5, line: 'We won! I am so happy, this is wonderful!', lineAt: 0.7 },
  { expression: 'surprised', seconds: 4.5, line: 'Oh! What? I never expected that!', lineAt: 0.6 },
  { expression: 'sad', seconds: 6, line: 'She is gone, and I miss her so much.', lineAt: 0.8 },
  { expression: 'angry', seconds: 5, line: 'Stop it! I hate this, leave me alone!', lineAt: 0.6 },
];

/** Seconds from one expression to the next. */
const BLEND_SECONDS = 0.5;

export interface TimedScene extends Scene {
  /** Seconds from the script's beginning. */
  readonly start: number;
}

export function timed(scenes: readonly Scene[]): readonly TimedScene[] {
  let start = 0;
  return scenes.map((scene) => {
    const placed = { ...scene, start };
    start += scene.seconds;
    return placed;
  });
}

export function lengthOf(scenes: readonly Scene[]): number {
  return scenes.reduce((sum, scene) => sum + scene.seconds, 0);
}

/** The face at `seconds` from the beginning (any number: the script repeats). */
export function expressionAt(scenes: readonly TimedScene[], seconds: number): Expression {
  const length = lengthOf(scenes);
  const at = length > 0 ? ((seconds % length) + length) % length : 0;
  const index = Math.max(
    0,
    scenes.findLastIndex((scene) => scene.start <= at),
  );
  const scene = scenes[index];
  const before = scenes[(index + scenes.length - 1) % scenes.length];
  if (scene === undefined || before === undefined) return EXPRESSIONS.neutral;
  const share = smooth((at - scene.start) / BLEND_SECONDS);
  // the very first time there is nothing to come from but rest
  const from = seconds < (scenes[0]?.seconds ?? 0) ? EXPRESSIONS.neutral : EXPRESSIONS[before.expression];
  return blend(from, EXPRESSIONS[scene.expression], share);
}

/** The scene whose line begins in (from, until], seconds from the beginning; null when none does. */
export function lineBetween(scenes: readonly TimedScene[], from: number, until: number): TimedScene | null {
  const length = lengthOf(scenes);
  for (const scene of scenes) {
    const first = scene.start + scene.lineAt;
    const next = first + Math.max(0, Math.ceil((from - first) / length)) * length;
    const starts = next > from ? next : next + length;
    if (starts <= until) return scene;
  }
  return null;
}

/**
 * How far into which scene's line the script is: seconds since it began, or null before a scene's line.
 */
export function lineAt(
  scenes: readonly TimedScene[],
  seconds: number,
): { readonly scene: TimedScene; readonly into: number } | null {
  const length = lengthOf(scenes);
  const at = length > 0 ? ((seconds % length) + length) % length : 0;
  const scene = scenes.findLast(({ start }) => start <= at);
  if (scene === undefined || at < scene.start + scene.lineAt) return null;
  return { scene, into: at - scene.start - scene.lineAt };
}

function smooth(share: number): number {
  const x = Math.min(1, Math.max(0, share));
  return x * x * (3 - 2 * x);
}
