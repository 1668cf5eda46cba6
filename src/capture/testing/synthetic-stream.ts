/** A MediaStream out of nothing, for tests in a browser: moving stripes and a tone. */

export interface SyntheticStream {
  readonly stream: MediaStream;
  /** Ends the tracks and frees timer and context; safe to call twice. */
  close(): void;
}

export interface SyntheticParts {
  /** Pixels; no video track when null. */
  readonly picture: { readonly width: number; readonly height: number } | null;
  /** Hz of a sine; no audio track when null. */
  readonly toneHz: number | null;
}

const FRAMES_PER_SECOND = 20;

export function syntheticStream({ picture, toneHz }: SyntheticParts): SyntheticStream {
  const stream = new MediaStream();
  const stripes = picture === null ? null : drawStripes(picture.width, picture.height);
  stripes?.tracks.forEach((track) => stream.addTrack(track));
  const audio = toneHz === null ? null : playTone(toneHz);
  audio?.tracks.forEach((track) => stream.addTrack(track));
  return {
    stream,
    close: () => {
      clearInterval(stripes?.timer);
      if (audio !== null && audio.context.state !== 'closed') void audio.context.close();
      for (const track of stream.getTracks()) track.stop();
    },
  };
}

function drawStripes(width: number, height: number) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  let step = 0;
  const draw = () => {
    step += 1;
    for (let x = 0; x < width; x += 8) {
      if (context !== null) context.fillStyle = (x / 8 + step) % 2 === 0 ? 'black' : 'white';
      context?.fillRect(x, 0, 8, height);
    }
  };
  draw();
  const tracks = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
  return { tracks, timer: setInterval(draw, 1000 / FRAMES_PER_SECOND) };
}

function playTone(toneHz: number) {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const tone = new OscillatorNode(context, { frequency: toneHz });
  tone.connect(out);
  tone.start();
  return { context, tracks: out.stream.getAudioTracks() };
}
