/** Of a file's several faces, whom the visitor chose to follow. */

import type { Box, Face } from '../memobert/estimate';
import type { RecogniserState } from './state';
import { holdOf } from './timeline';

export interface FaceChoice {
  /** Seconds of the file from which it holds. */
  readonly time: number;
  /** Pixels of the frame, where the face then is. */
  readonly box: Box;
}

/**
 * The choices, with the face at `box` of the moment shown from when it came into sight: the answers before tell where it was. So
 * one person makes one choice, whenever it is made. Null where nothing changes: nobody is there, or it is followed already.
 */
export function choose(
  choices: readonly FaceChoice[],
  { timeline, estimate: shown }: Pick<RecogniserState, 'timeline' | 'estimate'>,
  box: Box,
): readonly FaceChoice[] | null {
  const face = shown && faceAt(shown.faces, box);
  if (shown === null || face === null || face.followed) return null;
  const answers = (timeline?.estimates ?? []).filter(({ time }) => time < shown.time);
  let sight: FaceChoice = { time: shown.time, box: face.box };
  let before = 0;
  for (const answer of answers.toReversed()) {
    const { time, faces } = answer;
    const earlier = sight.time - time > holdOf(answer) ? null : faceAt(faces, sight.box);
    if (earlier === null) {
      before = time;
      break;
    }
    sight = { time, box: earlier.box };
  }
  // it came after the answer before
  const chosen = { time: Math.max(before, sight.time - holdOf(shown)), box: sight.box };
  const others = choices.filter(({ time }) => time < chosen.time || time > shown.time);
  return [...others, chosen].toSorted((a, b) => a.time - b.time);
}

/** The face whose middle is nearest, within the box: from one answer to the next a head moves by less than half of itself. */
function faceAt(faces: readonly Face[], box: Box): Face | null {
  const away = ({ box: { x, y, width, height } }: Face) =>
    Math.max(
      Math.abs(x + width / 2 - box.x - box.width / 2) / box.width,
      Math.abs(y + height / 2 - box.y - box.height / 2) / box.height,
    );
  const [nearest = null] = faces.toSorted((a, b) => away(a) - away(b));
  return nearest !== null && away(nearest) < 0.5 ? nearest : null;
}
