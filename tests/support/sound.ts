/** Sound files made from the recorded actor's voice: parts of it, brighter, duller. 48 kHz mono, 16 bits a sample. */

import { readFileSync } from 'node:fs';
import { recorded } from './browser';

const RATE_HZ = 48_000;
const HEADER_BYTES = 44;

/** What the actor says between two seconds of the recording. */
export function actorSays(from: number, to: number): Float32Array<ArrayBuffer> {
  const bytes = readFileSync(recorded.microphone).subarray(HEADER_BYTES);
  const at = (seconds: number) => Math.round(seconds * RATE_HZ);
  return Float32Array.from(
    { length: at(to) - at(from) },
    (_, index) => bytes.readInt16LE(2 * (at(from) + index)) / 2 ** 15,
  );
}

export function silence(seconds: number): Float32Array<ArrayBuffer> {
  return new Float32Array(seconds * RATE_HZ);
}

/** The mean of each millisecond: a low-pass. */
export function duller(samples: Float32Array): Float32Array<ArrayBuffer> {
  const length = RATE_HZ / 1000;
  let sum = 0;
  return Float32Array.from(samples, (sample, index) => {
    sum += sample - (samples[index - length] ?? 0);
    return sum / length;
  });
}

/** What changes from sample to sample: a high-pass; as loud as before. */
export function brighter(samples: Float32Array): Float32Array<ArrayBuffer> {
  const changes = Float32Array.from(samples, (sample, index) => sample - (samples[index - 1] ?? 0));
  const loudest = (of: Float32Array) => of.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const gain = loudest(samples) / loudest(changes);
  return changes.map((change) => change * gain);
}

/** One after another, as a file to choose. */
export function wavFile(...parts: readonly Float32Array[]): {
  name: string;
  mimeType: string;
  buffer: Buffer;
} {
  const samples = parts.flatMap((part) => [...part]);
  const buffer = Buffer.alloc(HEADER_BYTES + 2 * samples.length);
  buffer.write('RIFF', 0);
  buffer.writeUInt32LE(buffer.length - 8, 4);
  buffer.write('WAVEfmt ', 8);
  // 16 bytes of format: PCM, mono
  buffer.writeUInt32LE(16, 16);
  buffer.writeUInt16LE(1, 20);
  buffer.writeUInt16LE(1, 22);
  buffer.writeUInt32LE(RATE_HZ, 24);
  buffer.writeUInt32LE(2 * RATE_HZ, 28);
  buffer.writeUInt16LE(2, 32);
  buffer.writeUInt16LE(16, 34);
  buffer.write('data', 36);
  buffer.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, index) =>
    buffer.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), HEADER_BYTES + 2 * index),
  );
  return { name: 'said.wav', mimeType: 'audio/wav', buffer };
}
