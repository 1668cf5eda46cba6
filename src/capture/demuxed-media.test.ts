import {
  BufferTarget,
  CustomAudioDecoder,
  CustomVideoDecoder,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  registerDecoder,
  VideoSample,
} from 'mediabunny';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demux } from './demuxed-media';
import { openFile } from './file-source';
import { ReaderSource } from './reader-source';

const RATE_HZ = 16_000;
const PACKET_S = 0.1;
/** A VP8 key frame's header: 64 by 48. */
const KEY_FRAME = Uint8Array.of(0x10, 2, 0, 0x9d, 1, 0x2a, 64, 0, 48, 0, 1, 2, 3);

/** A packet whose sound is all in one channel: of 5.1 the centre. */
function dialogue(channels: number): Uint8Array {
  const said = Math.min(2, channels - 1);
  const length = PACKET_S * RATE_HZ * channels;
  const samples = Int16Array.from({ length }, (_, index) => (index % channels === said ? 8192 : 0));
  return new Uint8Array(samples.buffer);
}

/** A file with a picture for each of these seconds, and sound for each of those, by their codecs. */
async function film(
  pictures: readonly { codec: 'vp8' | 'vp9'; seconds: number; flip?: boolean }[],
  sounds: readonly { codec: 'pcm-s16' | 'opus'; seconds: number; channels?: number; sampleRate?: number }[],
): Promise<Blob> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat(), target });
  const packets = (bytes: Uint8Array, seconds: number) =>
    Array.from({ length: Math.round(seconds / PACKET_S) }, (_, index) => {
      return new EncodedPacket(bytes, 'key', index * PACKET_S, PACKET_S);
    });
  const writing = [
    ...pictures.map(({ codec, seconds, flip = false }) => {
      const source = new EncodedVideoPacketSource(codec);
      output.addVideoTrack(source, { flip });
      const config = { codec: codec === 'vp8' ? 'vp8' : 'vp09.00.10.08', codedWidth: 64, codedHeight: 48 };
      return async () => {
        for (const packet of packets(KEY_FRAME, seconds)) await source.add(packet, { decoderConfig: config });
        source.close();
      };
    }),
    ...sounds.map(({ codec, seconds, channels = 1, sampleRate = RATE_HZ }) => {
      const source = new EncodedAudioPacketSource(codec);
      output.addAudioTrack(source);
      const config = { codec, sampleRate, numberOfChannels: channels };
      return async () => {
        const said = packets(dialogue(channels), seconds);
        for (const packet of said) await source.add(packet, { decoderConfig: config });
        source.close();
      };
    }),
  ];
  await output.start();
  for (const write of writing) await write();
  await output.finalize();
  return new Blob([target.buffer ?? new ArrayBuffer(0)]);
}

/** A browser that decodes VP8, each packet to a black picture, and of sound only what needs no decoder. */
class BlackPictures extends CustomVideoDecoder {
  static override supports(codec: string): boolean {
    return codec === 'vp8';
  }
  init(): void {}
  decode({ timestamp, duration }: EncodedPacket): void {
    const init = { format: 'I420', codedWidth: 64, codedHeight: 48, timestamp, duration } as const;
    this.onSample(new VideoSample(new Uint8Array(64 * 48 * 1.5), init));
  }
  flush(): void {}
  close(): void {}
}

/** What the browser says that it decodes, and does not: Chrome of HEVC, without the hardware for it. */
const claimed = new Set<string>();

class ClaimedPictures {
  static isConfigSupported(config: { codec: string }) {
    return Promise.resolve({ supported: claimed.has(config.codec.slice(0, 4)), config });
  }
  readonly state = 'configured';
  readonly decodeQueueSize = 0;
  constructor(private readonly told: { error: (error: unknown) => void }) {}
  configure(): void {}
  decode(): void {
    queueMicrotask(() => this.told.error(new DOMException('Decoding error.', 'EncodingError')));
  }
  flush(): Promise<void> {
    return Promise.reject(new DOMException('Closed', 'InvalidStateError'));
  }
  close(): void {}
}

class ClaimedSounds extends CustomAudioDecoder {
  static override supports(codec: string): boolean {
    return claimed.has(codec);
  }
  init(): void {}
  decode(): void {
    // says nothing and gives nothing
  }
  flush(): void {}
  close(): void {}
}

for (const decoder of [BlackPictures, ClaimedSounds]) registerDecoder(decoder);

beforeEach(() => {
  const decodesNothing = {
    isConfigSupported: (config: object) => Promise.resolve({ supported: false, config }),
  };
  vi.stubGlobal('VideoDecoder', ClaimedPictures);
  vi.stubGlobal('EncodedVideoChunk', class {});
  vi.stubGlobal('AudioDecoder', decodesNothing);
  vi.stubGlobal('VideoFrame', class {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  claimed.clear();
});

const opened = async (file: Blob) => demux(file, 'film.mp4', new AbortController().signal);

describe('A file of which one track cannot be decoded', () => {
  const [seen, unseen] = [
    { codec: 'vp8', seconds: 1 },
    { codec: 'vp9', seconds: 3 },
  ] as const;
  const [heard, unheard, tooSlow] = [
    { codec: 'pcm-s16', seconds: 2 },
    { codec: 'opus', seconds: 4 },
    { codec: 'pcm-s16', seconds: 2, sampleRate: 2000 },
  ] as const;

  it.each([
    ['its sound', [seen], [unheard], 'live undecodable', 1],
    ['its sound, of a rate that nothing plays', [seen], [tooSlow], 'live undecodable', 1],
    ['its picture', [unseen], [heard], 'undecodable live', 2],
    ['none, with sound alone', [], [heard], 'off live', 2],
    ['a picture and a sound, with others beside them', [unseen, seen], [unheard, heard], 'live live', 2],
  ])(
    '%s: what is left is read, and what is not is told',
    async (_what, pictures, sounds, statuses, seconds) => {
      const reader = await opened(await film(pictures, sounds));
      const { camera, microphone } = new ReaderSource(reader!);
      expect([`${camera} ${microphone}`, reader!.seconds]).toEqual([statuses, expect.closeTo(seconds, 2)]);
      let samples = 0;
      for await (const chunk of reader!.samples()) samples += chunk.samples.length;
      expect(samples).toBe(microphone === 'live' ? heard.seconds * RATE_HZ : 0);
      reader!.close();
    },
  );

  it.each([
    ['its picture', [unseen], [heard], 'undecodable live'],
    ['its sound', [seen], [unheard], 'live undecodable'],
    ['a picture and a sound, with others beside them', [unseen, seen], [unheard, heard], 'live live'],
  ])(
    '%s, though the browser says that it can: its first sample tells',
    async (_what, pictures, sounds, statuses) => {
      claimed.add('vp09').add(unheard.codec);
      const reader = await opened(await film(pictures, sounds));
      const { camera, microphone } = new ReaderSource(reader!);
      expect(`${camera} ${microphone}`).toBe(statuses);
      for await (const frame of reader!.frames([0, 0.5])) expect(frame).not.toBeNull();
      reader!.close();
    },
  );

  it.each([[[]], [['vp09', unheard.codec]]])(
    'is not read where none can, and %j are claimed',
    async (codecs) => {
      for (const codec of codecs) claimed.add(codec);
      const file = await film([unseen], [unheard]);
      expect(await opened(file)).toBeNull();
      // a worker has nothing else to play it by
      const refused = openFile(file, 'film.mp4', new AbortController().signal);
      await expect(refused).rejects.toMatchObject({ code: 'capture-unsupported' });
    },
  );
});

describe('A picture that ends before the sound', () => {
  it('is seen half a second longer, and then nobody', async () => {
    const reader = await opened(
      await film([{ codec: 'vp8', seconds: 1 }], [{ codec: 'pcm-s16', seconds: 4 }]),
    );
    const times = Array.from({ length: 40 }, (_, index) => index / 10);
    const seen: (number | null)[] = [];
    for await (const frame of reader!.frames(times)) seen.push(frame?.time ?? null);
    expect(seen).toEqual(times.map((time) => (time < 1.5 ? time : null)));
    reader!.close();
  });
});

/** A canvas, and its context in one, that tells what it was scaled by, from left to right. */
class ScaledCanvas {
  #across = 1;
  getContext() {
    return this;
  }
  scale(x: number) {
    this.#across *= x;
  }
  save() {}
  restore() {}
  translate() {}
  rotate() {}
  drawImage() {}
  transferToImageBitmap() {
    return { across: this.#across };
  }
}

describe('A picture that its metadata mirrors', () => {
  it.each([
    [true, [{ across: -1 }]],
    [false, [{}]],
  ])('%s: is read as it is shown', async (flip, expected) => {
    vi.stubGlobal(
      'VideoFrame',
      class {
        close(): void {}
      },
    );
    vi.stubGlobal('OffscreenCanvas', ScaledCanvas);
    vi.stubGlobal('OffscreenCanvasRenderingContext2D', ScaledCanvas);
    const reader = await opened(await film([{ codec: 'vp8', seconds: 1, flip }], []));
    const frames: unknown[] = [];
    for await (const shown of reader!.frames([0.5])) frames.push(shown?.frame);
    expect(frames).toEqual(expected);
    reader!.close();
  });
});

describe('Sound of several channels', () => {
  it.each([
    [1, 0.25],
    [2, 0.25],
    [6, 0.25 / (2 + Math.SQRT2)],
  ])('of %i: what one of them says is heard', async (channels, level) => {
    const reader = await opened(await film([], [{ codec: 'pcm-s16', seconds: 1, channels }]));
    const heard: number[] = [];
    for await (const { samples } of reader!.samples()) heard.push(...samples);
    expect(heard).toHaveLength(RATE_HZ);
    for (const sample of heard) expect(sample).toBeCloseTo(level, 6);
    reader!.close();
  });
});
