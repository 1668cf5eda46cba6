import { describe, expect, it } from 'vitest';
import type { MemoError } from '../../errors';
import { isCaptionFile } from './caption-names';
import { parseCaptions, readCaptions } from './captions';
import { wordsOf } from './cue-words';

const vtt = (...blocks: string[]) => ['WEBVTT', ...blocks].join('\n\n');
const texts = (text: string) => wordsOf({ startTime: 0, endTime: 1, text }).map((word) => word.text);
const refused = (text: string, name: string): MemoError => {
  try {
    parseCaptions(text, name);
  } catch (error) {
    return error as MemoError;
  }
  throw new Error('it was not refused');
};

describe('a caption file', () => {
  it('is read as WebVTT: header, notes, styles, identifiers and settings are no words', () => {
    const text = vtt(
      'NOTE\nnot said',
      'STYLE\n::cue { color: red }',
      '1\n00:01.000 --> 00:02.500 align:start line:90%\nHello there,\nyou two',
      '1:00:00.000 --> 1:00:01.000\nan hour later',
    );
    const { cues, fault } = parseCaptions(text, 'film.vtt');
    expect(fault).toBeNull();
    expect(cues).toEqual([
      { startTime: 1, endTime: 2.5, text: 'Hello there,\nyou two' },
      { startTime: 3600, endTime: 3601, text: 'an hour later' },
    ]);
  });

  it('is read as SubRip, whatever its line ends and its byte order mark', () => {
    const text =
      '\uFEFF1\r\n00:00:01,500 --> 00:00:02,000\r\n<i>One</i>\r\n\r\n2\r00:00:03,000 --> 00:00:04,000\rTwo';
    const { cues } = parseCaptions(text, 'FILM.SRT');
    expect(cues.flatMap(wordsOf).map(({ text: word, start }) => [word, start])).toEqual([
      ['One', 1.5],
      ['Two', 3],
    ]);
  });

  it('of YouTube, with lines of spaces in it, says each line once and at its words’ own times', () => {
    const text = [
      'WEBVTT\nKind: captions\nLanguage: en\n',
      '00:00:00.160 --> 00:00:02.389 align:start position:0%\n \nhello<00:00:00.400><c> everyone</c>\n',
      '00:00:02.389 --> 00:00:02.399 align:start position:0%\nhello everyone\n \n',
      '00:00:02.399 --> 00:00:04.500 align:start position:0%\nhello everyone\ntoday<00:00:02.800><c> we</c><00:00:03.100><c> talk</c>\n',
      '00:00:04.500 --> 00:00:04.510 align:start position:0%\ntoday we talk\n \n',
    ].join('\n');
    const { cues, fault } = parseCaptions(text, 'talk.en.vtt');
    expect(fault).toBeNull();
    expect(cues).toHaveLength(2);
    expect(cues.flatMap(wordsOf).map(({ text: word, start }) => [word, start])).toEqual([
      ['hello', 0.16],
      ['everyone', 0.4],
      ['today', 2.399],
      ['we', 2.8],
      ['talk', 3.1],
    ]);
  });

  it('that rolls in SubRip is said once, too; what is said twice stays', () => {
    const cue = (number: number, from: string, to: string, said: string) =>
      `${number}\n00:00:0${from} --> 00:00:0${to}\n${said}\n`;
    const rolling = [
      cue(1, '1,000', '2,000', 'hello everyone'),
      cue(2, '2,000', '2,010', 'hello everyone'),
      cue(3, '2,010', '3,000', 'hello everyone\ntoday'),
    ];
    const said = (...blocks: string[]) =>
      parseCaptions(blocks.join('\n'), 'a.srt')
        .cues.flatMap(wordsOf)
        .map((word) => word.text)
        .join(' ');
    expect(said(...rolling)).toBe('hello everyone today');
    const twice = [
      cue(1, '1,000', '2,000', 'No!'),
      cue(2, '2,000', '3,000', 'No!'),
      cue(3, '4,000', '5,000', 'No!\nWhy?'),
    ];
    expect(said(...twice)).toBe('No! No! No! Why?');
  });

  it('whose empty lines are missing, or are spaces, has the numbers and names of its cues in no text', () => {
    const times = (at: number) => `00:00:0${at},000 --> 00:00:0${at + 1},000`;
    const read = (text: string, name: string) => parseCaptions(text, name).cues.map((cue) => cue.text.trim());
    expect(read(`1\n${times(1)}\nHello\n2\n${times(3)}\n42\n3\n${times(5)}\nEnd`, 'a.srt')).toEqual([
      ...['Hello', '42', 'End'],
    ]);
    expect(read(`1\n${times(1)}\nHello\n  \n2\n${times(3)}\nEnd`, 'a.srt')).toEqual(['Hello', 'End']);
    const spaced = `WEBVTT\n \nNOTE so\n \nfirst\n${times(1)}\nHello\n \nnext\n${times(3)}\nEnd`;
    expect(read(spaced, 'a.vtt')).toEqual(['Hello', 'End']);
  });

  it('comes in order of time; cues that overlap are all there', () => {
    const text = vtt(
      '00:05.000 --> 00:06.000\nlate',
      '00:01.000 --> 00:09.000\nlong',
      '00:02.000 --> 00:03.000\nin',
    );
    const { cues } = parseCaptions(text, 'a.vtt');
    expect(cues.map((cue) => cue.text)).toEqual(['long', 'in', 'late']);
  });

  it.each([
    ['This is a letter.\n\nDear all', 'letter.vtt', /line 1 /],
    ['\u0000\u0001\u0002', 'film.vtt', /line 1 /],
    ['', 'nothing.vtt', /line 1 /],
    ['', 'nothing.srt', /no cue/],
    [vtt(), 'header.vtt', /no cue/],
    [vtt('00:01.000 -> 00:02.000\nHello'), 'arrow.vtt', /line 3: .*00:01\.000 -> 00:02/],
    [vtt('00:01 --> 00:02x\nHello'), 'time.vtt', /line 3: .*00:02x/],
    ['1\n00:00:02,000 --> 00:00:01,000\nBackwards', 'back.srt', /line 2: /],
  ])('%j is refused as %s, with the line', (text, name, message) => {
    const error = refused(text, name);
    expect(error.code).toBe('captions-invalid');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(name);
    expect(error.cure).not.toBe('');
  });

  it('loses only the cue that cannot be read, and names its line', () => {
    const text = vtt(
      '00:01.000 --> 00:02.000\nOne',
      '00:0x.000 --> 00:04.000\nTwo',
      '00:05.000 --> 00:06.000\nThree',
    );
    const { cues, fault } = parseCaptions(text, 'a.vtt');
    expect(cues.map((cue) => cue.text)).toEqual(['One', 'Three']);
    expect(fault?.code).toBe('captions-invalid');
    expect(fault?.message).toMatch(/line 6: .*00:0x\.000.*other 2 cues are used/);
  });

  it.each([
    ['of no cue', 'A secret is said here.', 'it belongs to no cue'],
    ['between times', '00:05.000 --> 00:04.000 a secret', '"00:05.000 --> 00:04.000" ends before it begins'],
    ['with an arrow', 'a secret --> 00:02.000', 'it is no pair of times'],
    ['after times without an arrow', '00:05.000 -> 00:06.000 a secret', '"00:05.000 -> 00:06.000" belongs'],
    ['that begins like a time', '10:30 is the secret -> 11:00', 'it belongs to no cue'],
  ])('names a line %s without what is said in it', (_what, line, message) => {
    const { fault } = parseCaptions(vtt('00:01.000 --> 00:02.000\nOne', line), 'a.vtt');
    expect(fault?.message).toContain(`line 6: ${message}`);
    expect(fault?.message).not.toContain('secret');
  });

  it('of 10,000 cues takes no time worth noticing', () => {
    const stamp = (tenths: number) => new Date(tenths * 100).toISOString().slice(11, 23);
    const blocks = Array.from(
      { length: 10_000 },
      (_, at) => `${stamp(at)} --> ${stamp(at + 9)}\n<b>word</b> ${at}`,
    );
    const text = vtt(...blocks);
    const before = process.cpuUsage();
    const { cues } = parseCaptions(text, 'long.vtt');
    expect(cues.flatMap(wordsOf)).toHaveLength(20_000);
    // of this process alone, so that a busy machine does not count; measured: 60 ms
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1_000);
  });

  // tried in every split, each of these takes minutes: far over the limit of a test
  it('may have tags without an end, as long as it likes', () => {
    const open = `<${'a'.repeat(300_000)}`;
    expect(texts(open)).toEqual([open]);
    const text = vtt(`00:01.000 --> 00:02.000\n${open}`, `00:02.000 --> 00:03.000\n${open}\nmore`);
    expect(parseCaptions(text, 'a.vtt').cues.map((cue) => cue.text)).toEqual([open, 'more']);
  });

  it('says of a file that can no longer be read that it is gone, not that something is wrong with us', async () => {
    const gone = new Blob(['WEBVTT']);
    gone.text = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
    const error: unknown = await readCaptions(gone, 'talk.vtt').catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'media-lost',
      message: expect.stringContaining('talk.vtt') as string,
    });
  });

  it('that is far too large is not read', async () => {
    const film = { size: 700_000_000, text: () => Promise.reject(new Error('read')) } as unknown as Blob;
    await expect(readCaptions(film, 'film.vtt')).rejects.toMatchObject({ code: 'captions-invalid' });
  });

  it('is none where something else was dropped: what is taken is told, and nothing of it is read', async () => {
    const photo = { size: 9, type: 'image/png', text: () => Promise.reject(new Error('read')) };
    await expect(readCaptions(photo as unknown as Blob, 'photo.png')).rejects.toMatchObject({
      code: 'media-unreadable',
      cure: expect.stringMatching(/MP4.*\.vtt/) as string,
    });
  });

  it('is told by its ending', () => {
    expect(['a.vtt', 'b.en.SRT', 'c.mp4', 'vtt'].map(isCaptionFile)).toEqual([true, true, false, false]);
  });
});

describe('the words of a cue', () => {
  it('have no tags: bold, classes, voices, languages, unknown ones', () => {
    expect(
      texts('<b>So</b> <c.loud.x>very</c> <v Ann Other>good</v> <lang en>day</lang> <blink>now</blink>'),
    ).toEqual(['So', 'very', 'good', 'day', 'now']);
    expect(texts('<ruby>kanji<rt>reading</rt></ruby> {\\an8}<00:00:09.000>top')).toEqual(['kanji', 'top']);
    expect(texts('1 < 2 and 3 > 2 & so on')).toEqual(['1', '<', '2', 'and', '3', '>', '2', '&', 'so', 'on']);
  });

  it('have their entities resolved, by name and by number', () => {
    expect(texts('Tom &amp; Jerry&#39;s &lt;b&gt; caf&#xe9; &#60;i&#62; 1&nbsp;000 &what;')).toEqual([
      ...['Tom', '&', "Jerry's", '<b>', 'caf\u00e9', '<i>', '1', '000', '&what;'],
    ]);
  });

  it('share its time by their length', () => {
    expect(wordsOf({ startTime: 10, endTime: 13, text: 'one threes' })).toEqual([
      { text: 'one', start: 10, end: 11, final: true },
      { text: 'threes', start: 11, end: 13, final: true },
    ]);
  });

  it('keep the times that stand in it', () => {
    const words = wordsOf({
      startTime: 1,
      endTime: 4,
      text: 'one <00:02.000>two <00:00:03.500><c>three</c>',
    });
    expect(words.map(({ text, start, end }) => [text, start, end])).toEqual([
      ['one', 1, 2],
      ['two', 2, 3.5],
      ['three', 3.5, 4],
    ]);
  });
});
