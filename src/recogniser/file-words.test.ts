/** Words of a file that is read faster than it plays: each estimate gets those of its own moment, however fast it goes. */

import { describe, expect, it } from 'vitest';
import type { MediaReader, SampleChunk } from '../capture';
import { ReaderSource } from '../capture/reader-source';
import type { SpeechClient, SpeechListeners } from '../speech';
import { noPage } from './page';
import { Recogniser } from './recogniser';
import { FakeClient } from './testing/fake-client';
import { ManualClock, settled } from './testing/manual-clock';
import { eventually } from '../testing/eventually';
// fetched late else, within a test's time
import '../capture/words';
import '../speech';
import './analysis';
import './with-model';

/** Sound alone, in chunks of a second. */
function reader(seconds: number): MediaReader {
  return {
    ...{ name: 'talk.wav', seconds, hasPicture: false, hasSound: true },
    leftOut: { picture: false, sound: false },
    frames: async function* () {
      // no picture
    },
    samples: async function* (): AsyncGenerator<SampleChunk, void> {
      for (let time = 0; time < seconds; time += 1) {
        yield { samples: new Float32Array(100).fill(0.1), sampleRateHz: 100, time };
      }
    },
    close: () => undefined,
  };
}

/** Hears a word at the end of each second that is not silent, once a test lets it begin. */
class SlowSpeech {
  ended = false;
  on: SpeechListeners | null = null;
  listen(on: SpeechListeners): () => void {
    this.on = on;
    return () => undefined;
  }
  hear(): void {
    throw new Error('a file waits');
  }
  async hearOut({ samples, time }: SampleChunk): Promise<void> {
    await settled();
    const end = Math.round((time + samples.length / 100) * 10) / 10;
    const words = [{ text: `w${end}`, start: end - 0.2, end, final: true }];
    if (Number.isInteger(end) && samples.some((sample) => sample !== 0))
      this.on?.heard({ words, final: true });
  }
  close(): void {
    this.ended = true;
  }
}

function setUp(seconds: number) {
  const client = new FakeClient();
  const speech = new SlowSpeech();
  const recogniser = new Recogniser(
    {
      ...{ manifestUrl: 'https://page.test/manifest.json', assetBase: 'https://page.test/assets/' },
      rates: { fusion: 2 },
    },
    {
      ...{ clock: new ManualClock(), page: noPage, createClient: () => client },
      sources: {
        file: async () => new ReaderSource(reader(seconds)),
      } as unknown as Recogniser['parts']['sources'],
      words: {
        ...{ recognition: null, language: 'en', speechUrl: 'https://page.test/speech.json' },
        manifestUrl: 'https://page.test/manifest.json',
        createSpeech: async () => speech as unknown as SpeechClient,
      },
    },
  );
  /** What the worker knew as said at each estimate. */
  const known = () => {
    const texts = [...client.bodies.text];
    let said = '';
    return client.kinds.flatMap((kind) => {
      if (kind === 'reset') said = '';
      if (kind === 'text')
        said =
          texts
            .shift()
            ?.texts.map(({ text }) => text)
            .join(' ') ?? '';
      return kind === 'estimate' ? [said] : [];
    });
  };
  const over = () => eventually(() => expect(recogniser.state.phase).toBe('idle'));
  return { recogniser, client, speech, known, over };
}

describe('words of a file that is read', () => {
  it('come from captions by the clock of the media, from the first estimate on', async () => {
    const { recogniser, known, over, client } = setUp(4);
    const vtt =
      'WEBVTT\n\n00:00.000 --> 00:01.000\nOne\n\n00:02.600 --> 00:03.000\nTwo\n\n00:09.000 --> 00:10.000\nNever';
    await recogniser.words.captions(new Blob([vtt]), 'talk.vtt');
    await recogniser.startFile(new Blob(['x']), 'talk.wav');
    await over();
    // told up to a second ahead: the evidence takes each at its own time
    expect(known()).toEqual(['One', 'One', 'One', ...Array<string>(5).fill('One Two')]);
    expect(client.bodies.text[0]?.texts).toMatchObject([{ text: 'One', start: 0, end: 1 }]);
    expect(recogniser.words.state.error?.code).toBe('captions-beyond-end');
  });

  it('come from captions that are still being read when the file is there; those that cannot be are not waited for', async () => {
    const { recogniser, known, over, client } = setUp(2);
    const captions = new Blob(['']);
    const read = async (text: Promise<string>) => {
      captions.text = () => text;
      recogniser.handle({ name: 'words-captions', detail: { file: captions, name: 'talk.vtt' } });
      await recogniser.startFile(new Blob(['x']), 'talk.wav');
    };
    let arrive: (text: string) => void = () => undefined;
    await read(new Promise((resolve) => (arrive = resolve)));
    await settled();
    expect(client.count('estimate')).toBe(0);
    arrive('WEBVTT\n\n00:00.000 --> 00:01.000\nOne');
    await over();
    expect(known()).toEqual(Array<string>(4).fill('One'));
    await read(Promise.reject(new Error('gone')));
    await over();
    expect(recogniser.words.state.error).not.toBeNull();
  });

  it('come from a speech model that the analysis waits for, and a stop does not', async () => {
    const { recogniser, known, over, speech, client } = setUp(3);
    recogniser.words.choose('in-page');
    recogniser.words.start();
    await recogniser.startFile(new Blob(['x']), 'talk.wav');
    await eventually(() => expect(speech.on).not.toBeNull());
    await settled();
    expect(client.count('estimate'), 'the model loads').toBe(0);
    speech.on?.ready('en');
    await over();
    expect(known()).toEqual(['', 'w1', 'w1', 'w1 w2', 'w1 w2', 'w1 w2 w3']);
    // each list is kept for its moment, so a word is no other in the next
    const first = client.bodies.text.map(({ texts }) => texts[0]).filter((word) => word !== undefined);
    expect(new Set(first).size).toBe(1);

    speech.on = null;
    await recogniser.startFile(new Blob(['x']), 'talk.wav');
    await eventually(() => expect(speech.on).not.toBeNull());
    recogniser.stop();
    await settled();
    expect(recogniser.state.phase).toBe('idle');
    expect(client.count('estimate')).toBe(6);
  });

  describe('from captions of the visitor’s', () => {
    const ONE = new Blob(['WEBVTT\n\n00:00.000 --> 00:01.000\nOne']);
    const file = (name: string) => [new Blob([name]), name] as const;
    const open = async (seconds = 2) => {
      const parts = setUp(seconds);
      await parts.recogniser.startFile(...file('a.wav'));
      return parts;
    };

    it('that come after the analysis, it is analysed again at the moment that is shown', async () => {
      const { recogniser, known, over, client } = await open();
      await over();
      recogniser.seek(1);
      await recogniser.words.captions(ONE, 'one.vtt');
      expect(recogniser.state).toMatchObject({ phase: 'loading', position: 1 });
      await over();
      expect(known()).toEqual([...Array<string>(4).fill(''), ...Array<string>(4).fill('One')]);
      expect(recogniser.state).toMatchObject({ position: 1, estimate: { time: 1 } });
      expect(client.count('estimate')).toBe(8);
    });

    it('that come while it is analysed, all of it has them', async () => {
      const { recogniser, over, client, known } = await open();
      const { estimate } = client.answers;
      delete client.answers.estimate;
      await eventually(() => expect(client.waiting('estimate')).toHaveLength(1));
      client.take('estimate').answer(estimate!({ time: 0.5 }));
      await eventually(() => expect(client.waiting('estimate')).toHaveLength(1));
      client.answers.estimate = estimate;
      await recogniser.words.captions(ONE, 'one.vtt');
      await over();
      expect(recogniser.state.timeline?.estimates.map(({ time }) => time)).toEqual([0.5, 1, 1.5, 2]);
      expect(known().slice(-4)).toEqual(Array<string>(4).fill('One'));
    });

    it('whose reading is cancelled stay chosen: the answers are those of before, and the next reading has them', async () => {
      const { recogniser, over, client, known } = await open();
      await over();
      const { timeline } = recogniser.state;
      const { estimate } = client.answers;
      delete client.answers.estimate;
      await recogniser.words.captions(ONE, 'one.vtt');
      await eventually(() => expect(client.waiting('estimate')).toHaveLength(1));
      recogniser.stop();
      expect(recogniser.state).toMatchObject({ phase: 'idle', timeline: { estimates: timeline!.estimates } });
      expect(recogniser.state.words).toMatchObject({ source: 'captions', captions: { name: 'one.vtt' } });
      client.answers.estimate = estimate;
      const before = known().length;
      await recogniser.startFile(...file('a.wav'));
      await over();
      expect(known().slice(before)).toEqual(Array<string>(4).fill('One'));
    });

    it('they are not those of another file; of the same one opened anew they are', async () => {
      const { recogniser, known, over } = await open();
      await recogniser.words.captions(ONE, 'one.vtt');
      await over();
      await recogniser.startFile(...file('a.wav'));
      await over();
      expect(recogniser.state.words.captions?.name).toBe('one.vtt');
      const before = known().length;
      await recogniser.startFile(...file('b.wav'));
      await over();
      expect(recogniser.state.words).toMatchObject({ source: 'typed', captions: null });
      expect(known().slice(before)).toEqual(Array<string>(4).fill(''));
    });

    it('they are not said by whoever is pushed after it; those that came before any file are', async () => {
      const { recogniser, over } = await open();
      await over();
      await recogniser.words.captions(ONE, 'one.vtt');
      await over();
      await recogniser.startPush();
      expect(recogniser.state.words).toMatchObject({ source: 'typed', captions: null });
      recogniser.stop();
      await recogniser.words.captions(ONE, 'two.vtt');
      await recogniser.startPush();
      expect(recogniser.state.words).toMatchObject({ source: 'captions', captions: { name: 'two.vtt' } });
      recogniser.close();
    });

    it('that come with a file beside one that is open, they are that file’s, and the other is left alone', async () => {
      const { recogniser, known, over } = await open();
      await over();
      recogniser.handle({ name: 'words-captions', detail: { file: ONE, name: 'b.vtt' } });
      const [blob, name] = file('b.wav');
      recogniser.handle({ name: 'start-file', detail: { file: blob, name } });
      await eventually(() => expect(recogniser.state.timeline?.name).toBe('b.wav'));
      await over();
      expect(known().slice(4)).toEqual(Array<string>(4).fill('One'));
      expect(recogniser.state.words.captions?.name).toBe('b.vtt');
    });
  });
});
