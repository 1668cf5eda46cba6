import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wavOf } from '../../tests/fixtures/wav';
import { goneFile } from './broken-file';
import { demux } from './demuxed-media';
import { openFile } from './file-source';

const RATE_HZ = 48_000;
const SECONDS = 120;
/** What a browser reads of a file at once. */
const PIECE = 65_536;

/** A file on a card: once it is taken out, every read of it fails, and so do those under way. */
class OnCard extends Blob {
  out = false;

  constructor(
    readonly whole: Blob,
    readonly why: () => unknown,
  ) {
    super([]);
  }

  override get size(): number {
    return this.whole.size;
  }

  override slice(from = 0, to = this.size): Blob {
    const part = this.whole.slice(from, to);
    let at = 0;
    const pull = async () => {
      if (this.out) throw this.why();
      const piece = new Uint8Array(await part.slice(at, (at += PIECE)).arrayBuffer());
      if (this.out) throw this.why();
      return piece;
    };
    const stream = () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>(
        {
          async pull(on) {
            const piece = await pull();
            if (piece.length === 0) on.close();
            else on.enqueue(piece);
          },
        },
        { highWaterMark: 0 },
      );
    const arrayBuffer = async () => {
      if (this.out) throw this.why();
      return this.whole.slice(from, to).arrayBuffer();
    };
    return Object.assign(part, { stream, arrayBuffer });
  }
}

/** As each browser words it. */
const WORDED: [string, () => unknown][] = [
  ['NotReadableError', () => new DOMException('after a reference to it was acquired', 'NotReadableError')],
  ['NotFoundError', () => new DOMException('could not be found', 'NotFoundError')],
  ['TypeError', () => new TypeError('The operation couldn’t be completed. (WebKitBlobResource error 1.)')],
];

const onCard = (why: () => unknown) =>
  new OnCard(new Blob([wavOf(new Float32Array(SECONDS * RATE_HZ), RATE_HZ)]), why);

const open = (file: Blob) => demux(file, 'talk.wav', new AbortController().signal);

describe('A file that can no longer be read', () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  beforeEach(() => {
    const knows = { isConfigSupported: (config: object) => Promise.resolve({ supported: true, config }) };
    vi.stubGlobal('VideoDecoder', knows);
    vi.stubGlobal('AudioDecoder', knows);
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
    vi.unstubAllGlobals();
  });

  it.each(WORDED)(
    'half-way (%s): what it is, when, and what to do; what was read before was read',
    async (_name, why) => {
      const file = onCard(why);
      const reader = (await open(file))!;
      let heard = 0;
      const reading = (async () => {
        for await (const { samples } of reader.samples()) {
          heard += samples.length / RATE_HZ;
          file.out ||= heard >= 5;
        }
      })();
      await expect(reading).rejects.toMatchObject({
        code: 'media-lost',
        message: expect.stringMatching(/^talk\.wav could no longer be read after \d+\.\d s: /) as string,
        cure: expect.stringContaining('open it again') as string,
      });
      expect(heard).toBeGreaterThanOrEqual(5);
      expect(heard).toBeLessThan(SECONDS);
      reader.close();
      expect(unhandled).toEqual([]);
    },
  );

  it.each(WORDED)('before it is opened (%s): not taken for a file of another kind', async (_name, why) => {
    const file = onCard(why);
    file.out = true;
    const opened = openFile(file, 'talk.wav', new AbortController().signal);
    await expect(opened).rejects.toMatchObject({ code: 'media-lost' });
    expect(unhandled).toEqual([]);
  });

  it('is told from one that is there and damaged', async () => {
    const file = onCard(() => new Error('not asked for'));
    expect(await goneFile(file, 'talk.wav', new DOMException('bad bytes', 'EncodingError'))).toBeNull();
  });
});
