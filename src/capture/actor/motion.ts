/** The small things a living face does: blinks, breath, sway; each a function of time alone. */

export interface Motion {
  /** 0 open, 1 shut. */
  readonly blink: number;
  /** -1 out, 1 in. */
  readonly breath: number;
  /** Head's shift in units of the head (half width 100), and its roll in radians. */
  readonly x: number;
  readonly y: number;
  readonly roll: number;
}

const BLINK_EVERY_SECONDS = 3.1;
const BLINK_SECONDS = 0.18;

export function motionAt(seconds: number): Motion {
  return {
    blink: blinkAt(seconds),
    breath: Math.sin(seconds * 1.6),
    // sines whose periods share no multiple within minutes: never the same sway twice
    x: 3.2 * Math.sin(seconds * 0.9) + 1.6 * Math.sin(seconds * 2.13),
    y: 1.8 * Math.sin(seconds * 1.27 + 1),
    roll: 0.022 * Math.sin(seconds * 0.71 + 2) + 0.008 * Math.sin(seconds * 1.9),
  };
}

function blinkAt(seconds: number): number {
  // every third blink comes a little late, as blinks do
  const turn = Math.floor(seconds / BLINK_EVERY_SECONDS);
  const late = turn % 3 === 0 ? 0.7 : 0;
  const into = seconds - turn * BLINK_EVERY_SECONDS - 1.2 - late;
  if (into < 0 || into > BLINK_SECONDS) return 0;
  return Math.sin((into / BLINK_SECONDS) * Math.PI);
}
