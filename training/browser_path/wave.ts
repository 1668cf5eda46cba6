/** WAV as `make-ravdess-wavs.py` writes it; workers have no decoder of their own. */

export interface Wave {
  readonly samples: Float32Array;
  readonly rateHz: number;
}

const FLOAT = 3;

/** @throws Error for anything but mono, 32 bit float */
export function readWave(buffer: ArrayBuffer): Wave {
  const view = new DataView(buffer);
  const name = (at: number) => String.fromCharCode(...new Uint8Array(buffer, at, 4));
  let rateHz = 0;
  for (let at = 12; at + 8 <= buffer.byteLength;) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name(at) === 'fmt ') {
      const [format, channels, bits] = [body, body + 2, body + 14].map((place) =>
        view.getUint16(place, true),
      );
      if (format !== FLOAT || channels !== 1 || bits !== 32) throw new Error('Not mono 32 bit float.');
      rateHz = view.getUint32(body + 4, true);
    } else if (name(at) === 'data') {
      return { samples: new Float32Array(buffer.slice(body, body + size)), rateHz };
    }
    at = body + size + (size % 2);
  }
  throw new Error('No samples in this WAV file.');
}
