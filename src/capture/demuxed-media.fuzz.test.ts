import fc from 'fast-check';
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  WavOutputFormat,
  type OutputFormat,
} from 'mediabunny';
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import { expectFinite, expectWithin, property, valueOr } from '../testing/fuzz';
import { demux } from './demuxed-media';

const RATE_HZ = 16_000;
const PACKET_S = 0.1;
const PACKETS = 6;
/** Far more than any of the files has; what is read on beyond it does not end. */
const MOST_CHUNKS = 10_000;

/** A file as a recorder writes it: sound without a codec, which needs no decoder, and a picture beside it where `picture`. */
async function recorded(format: OutputFormat, picture: boolean): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const sound = new EncodedAudioPacketSource('pcm-s16');
  const video = new EncodedVideoPacketSource('vp8');
  output.addAudioTrack(sound);
  if (picture) output.addVideoTrack(video);
  await output.start();
  for (let index = 0; index < PACKETS; index += 1) {
    const heard = Int16Array.from({ length: PACKET_S * RATE_HZ }, (_, at) => 9000 * Math.sin(at / 9));
    const bytes = new Uint8Array(heard.buffer);
    await sound.add(new EncodedPacket(bytes, 'key', index * PACKET_S, PACKET_S), {
      decoderConfig: { codec: 'pcm-s16', sampleRate: RATE_HZ, numberOfChannels: 1 },
    });
    if (!picture) continue;
    // a VP8 key frame's header: 64 by 48
    const seen = Uint8Array.of(0x10, 2, 0, 0x9d, 1, 0x2a, 64, 0, 48, 0, 1, 2, 3);
    await video.add(new EncodedPacket(seen, 'key', index * PACKET_S, PACKET_S), {
      decoderConfig: { codec: 'vp8', codedWidth: 64, codedHeight: 48 },
    });
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer(0));
}

const files = await Promise.all([
  recorded(new WavOutputFormat(), false),
  recorded(new MkvOutputFormat(), true),
  recorded(new Mp4OutputFormat({ fastStart: 'in-memory' }), true),
  recorded(new Mp4OutputFormat({ fastStart: 'fragmented' }), false),
  recorded(new MovOutputFormat(), true),
]);

/** At a part of the length, mostly in the headers: what stands there from now on; null cuts the file off. */
const place = fc.oneof(
  { weight: 3, arbitrary: fc.double({ min: 0, max: 0.05, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
);
const put = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 4 }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 1, max: 16 }))
      .map(([value, length]) => new Uint8Array(length).fill(value)),
  },
  { weight: 1, arbitrary: fc.constant(null) },
);
const damage = fc.array(fc.tuple(place, put), { minLength: 1, maxLength: 3 });
const which = fc.nat({ max: files.length - 1 });

function damaged(index: number, edits: readonly (readonly [number, Uint8Array | null])[]) {
  let bytes = Uint8Array.from(files[index] ?? []);
  for (const [at, value] of edits) {
    const from = Math.floor(at * bytes.length);
    if (value === null) bytes = bytes.slice(0, from);
    else bytes.set(value.subarray(0, bytes.length - from), from);
  }
  return bytes;
}

/** Opened and read to its end: it is refused, or what comes out of it is numbers. */
async function readWhole(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const reader = await demux(new Blob([bytes]), 'a.file', new AbortController().signal);
  if (reader === null) return false;
  try {
    expectFinite([reader.seconds]);
    expectWithin([reader.seconds], Number.MIN_VALUE, bytes.length);
    await valueOr(['media-unreadable'], async () => {
      let chunks = 0;
      for await (const { samples, sampleRateHz, time } of reader.samples()) {
        expect((chunks += 1)).toBeLessThan(MOST_CHUNKS);
        expectFinite(samples);
        expectFinite([time]);
        expectWithin([sampleRateHz], 1, Number.MAX_SAFE_INTEGER);
      }
    });
  } finally {
    reader.close();
  }
  return true;
}

/** Node decodes nothing: what a browser says of a codec that it knows. */
const KNOWS = { isConfigSupported: (config: object) => Promise.resolve({ supported: true, config }) };

describe('media files', () => {
  beforeAll(() => {
    vi.stubGlobal('VideoDecoder', KNOWS);
    vi.stubGlobal('AudioDecoder', KNOWS);
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  property('a media file as it was recorded', 5, [which], async (index) => {
    expect(await readWhole(damaged(index, []))).toBe(true);
  });

  property('a media file with damage', 1500, [which, damage], async (index, edits) => {
    await readWhole(damaged(index, edits));
  });

  const START = [
    'RIFF\0\0\0\0WAVE',
    'OggS',
    'ID3',
    'fLaC',
    '\0\0\0 ftypisom',
    '\x1aE\xdf\xa3',
    '\xff\xfb',
    '\xff\xf1',
    '',
  ];
  const start = fc
    .constantFrom(...START)
    .map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  property(
    'a media file of any bytes',
    1000,
    [start, fc.uint8Array({ maxLength: 400 })],
    async (head, rest) => {
      await readWhole(Uint8Array.of(...head, ...rest));
    },
  );
});
