/** The element in one canned state, `?state=listening`: to look at it without devices or weights. */

import { INITIAL_STATE } from '../../recogniser';
import { MemoBert } from '..';
import { CannedRecogniser } from './canned-recogniser';
import { CANNED_STATES, type CannedName } from './canned-states';
import { MemoHarness } from './memo-harness';

/** A grey figure, so that the preview has a picture to put its frame on. */
function figure(): MediaStream {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  const draw = () => {
    context.fillStyle = '#8d99a5';
    context.fillRect(0, 0, 640, 480);
    context.fillStyle = '#3d5361';
    context.beginPath();
    context.ellipse(320, 520, 210, 170, 0, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = '#dcae8e';
    context.beginPath();
    context.ellipse(320, 225, 100, 135, 0, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = '#33231a';
    for (const x of [282, 358]) context.fillRect(x - 9, 200, 18, 9);
    context.lineWidth = 7;
    context.beginPath();
    context.arc(320, 265, 42, 0.35, Math.PI - 0.35);
    context.stroke();
  };
  draw();
  setInterval(draw, 200); // a stream of a canvas that stands still has no frames
  return canvas.captureStream(5);
}

const name = new URLSearchParams(location.search).get('state') ?? 'idle';
const state = name in CANNED_STATES ? CANNED_STATES[name as CannedName] : INITIAL_STATE;
const recogniser = new CannedRecogniser({
  ...state,
  stream: state.camera === 'live' ? figure() : null,
});
const element = new MemoBert();
element.createRecogniser = () => recogniser;
document.querySelector('main')?.append(element);
element.stop();
if (state !== INITIAL_STATE) void element.start();
Object.assign(window, { harness: new MemoHarness(element), recogniser });
