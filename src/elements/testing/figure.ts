/** A drawn figure as a camera's stream, so that a canned state has a picture to put its frame on. */

/** 640 by 480; all callers share one stream. */
export function figure(): MediaStream {
  shared ??= drawn();
  return shared;
}

let shared: MediaStream | null = null;

function drawn(): MediaStream {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  draw(context);
  setInterval(() => draw(context), 500); // a stream of a canvas that stands still has no frames
  return canvas.captureStream(2);
}

function draw(context: CanvasRenderingContext2D): void {
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
}
