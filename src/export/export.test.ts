/** Each format in its details; that browsers' own parsers read them is shown in `tests/files.e2e.ts`. */

import { describe, expect, it } from 'vitest';
import { CANNED_TIMELINE, estimated, withheld } from '../recogniser/testing/canned-timeline';
import { exportTimeline, TEXT_FORMATS, toCsv, toEmotionMl, toJson, toWebVtt } from '.';

/** Its second of “sad” at 1.5 s is withheld, and the next is not. */
const WITHHELD = {
  ...CANNED_TIMELINE,
  estimates: CANNED_TIMELINE.estimates.map((estimate) =>
    estimate.time === 1.5 ? withheld(estimate) : estimate,
  ),
};

describe('CSV', () => {
  it('has a row an estimate, under names, with times and all probabilities', () => {
    const [header, first, ...rest] = toCsv(CANNED_TIMELINE).split('\r\n');
    expect(header).toBe(
      'start_s,end_s,top,withheld,happy,sad,word,text_present,text_contribution,face_present,face_contribution,voice_present,voice_contribution,faces',
    );
    expect(first).toBe('0.000,0.500,happy,0,0.900000,0.100000,glad,0,0.000000,1,0.250000,1,0.250000,1');
    expect(rest).toHaveLength(9); // 8 rows and the end of the last
  });

  it('names no emotion where the answer is withheld, and says that it is', () => {
    const rows = toCsv(WITHHELD).split('\r\n');
    expect(rows[3]).toBe('1.000,1.500,,1,0.200000,0.800000,,0,0.000000,1,0.250000,1,0.250000,1');
    expect(rows[4]).toMatch(/^1\.500,2\.250,sad,0,/);
  });

  it('has no two columns of one name, whatever the labels are called', () => {
    const labels = ['word', 'p_word', 'faces', 'text_present', 'joy'];
    const odd = { ...estimated(1, 0.5), labels, probabilities: [0.2, 0.2, 0.2, 0.2, 0.2] };
    const [header = ''] = toCsv({ ...CANNED_TIMELINE, labels, estimates: [odd] }).split('\r\n');
    expect(header).toContain(',withheld,p_p_word,p_word,p_faces,p_text_present,joy,word,');
    expect(new Set(header.split(',')).size).toBe(header.split(',').length);
  });

  it('quotes what would break a row, and gives a spreadsheet no formula', () => {
    const odd = { ...estimated(1, 0.5), labels: ['a,"b"', '=1+1'] };
    const csv = toCsv({ ...CANNED_TIMELINE, labels: odd.labels, estimates: [odd] });
    expect(csv.split('\r\n')[0]).toContain(`top,withheld,"a,""b""",'=1+1,word`);
  });

  it.each(['=1', '+1', '@SUM(A1)', "-2+3+cmd|' /C calc'!A0", '-A1', '-', '\t=1', '\r=1'])(
    'gives a spreadsheet no formula %j, and numbers below 0 as they are',
    (label) => {
      const { modalities } = estimated(1, 0.5);
      const negative = { ...modalities.face, contribution: -0.25 };
      const odd = { ...estimated(1, 0.5), modalities: { ...modalities, face: negative } };
      const csv = toCsv({ ...CANNED_TIMELINE, labels: [label, 'sad'], estimates: [odd] });
      expect(csv).toMatch(/withheld,"?'/);
      expect(csv).toContain(',-0.250000,');
    },
  );
});

describe('JSON', () => {
  it('gives the very estimates back', () => {
    const read = JSON.parse(toJson(CANNED_TIMELINE)) as Record<string, unknown>;
    expect(read).toMatchObject({ format: 1, seconds: 10, prompt: 'I am [MASK].', labels: ['happy', 'sad'] });
    expect(read['estimates']).toEqual(CANNED_TIMELINE.estimates);
    expect(read['marks']).toHaveLength(2);
    expect(read).not.toHaveProperty('began');
    expect(read).not.toHaveProperty('from');
    expect(JSON.parse(toJson({ ...CANNED_TIMELINE, from: 2 }))).toMatchObject({ from: 2 });
    expect(JSON.parse(toJson({ ...CANNED_TIMELINE, began: 5 }))).toMatchObject({ began: 5 });
  });
});

describe('WebVTT', () => {
  it('has a cue for each stretch of one label, in order and without overlap', () => {
    const cues = [...toWebVtt(CANNED_TIMELINE).matchAll(/^(\S+) --> (\S+)\n(.*)$/gm)].map((cue) =>
      cue.slice(1),
    );
    expect(cues).toEqual([
      ['00:00:00.000', '00:00:01.000', '<c.happy>happy</c> 80 %'],
      ['00:00:01.000', '00:00:03.000', '<c.sad>sad</c> 77 %'],
      ['00:00:06.000', '00:00:09.500', '<c.happy>happy</c> 60 %'],
    ]);
  });

  it('has a cue of a file that is shorter than a step', () => {
    const short = { ...CANNED_TIMELINE, seconds: 0.3, reached: 0.3, estimates: [estimated(0.3, 0.9)] };
    expect(toWebVtt(short)).toContain('00:00:00.000 --> 00:00:00.300\n<c.happy>happy</c> 90 %');
  });

  it('says “not sure” for as long as the answer is withheld', () => {
    const cues = toWebVtt(WITHHELD);
    expect(cues).toContain('00:00:01.000 --> 00:00:01.500\n<c.not-sure>not sure</c>\n');
    expect(cues).toContain('00:00:01.500 --> 00:00:03.000\n<c.sad>sad</c> 75 %\n');
  });

  it('counts hours and escapes', () => {
    const late = { ...estimated(7200.9996, 0.9), labels: ['<b>&', 'sad'] };
    const text = toWebVtt({ ...CANNED_TIMELINE, seconds: 7203, reached: 7203, estimates: [late] });
    expect(text).toContain('02:00:00.000 --> 02:00:01.000\n<c.b>&lt;b&gt;&amp;</c> 90 %');
  });

  it.each([
    ['joy (high)!', 'joy-high'],
    ['a--b -- c', 'a-b-c'],
    ['-->', 'label'],
    ['क्रोध', 'क्रोध'],
  ])('has no arrow in the cue of the label %j', (id, name) => {
    const odd = { ...estimated(1, 0.9), labels: [id, 'sad'] };
    const text = toWebVtt({ ...CANNED_TIMELINE, labels: odd.labels, estimates: [odd] });
    expect(text).toContain(`\n<c.${name}>`);
    expect(text.match(/-->/g)).toHaveLength(1);
  });

  it.each([
    [0.996, 99],
    [1, 100],
  ])('says of %d that it is %d %', (probability, percent) => {
    const sure = { ...estimated(1, probability), probabilities: [probability, 0] };
    expect(toWebVtt({ ...CANNED_TIMELINE, estimates: [sure] })).toContain(`</c> ${percent} %\n`);
  });
});

describe('EmotionML', () => {
  const LIVE = { ...CANNED_TIMELINE, name: null, seconds: null };

  it('defines its vocabulary, and gives each estimate all categories and its stretch of the file', () => {
    const text = toEmotionMl(CANNED_TIMELINE);
    expect(text).toContain('xmlns="http://www.w3.org/2009/10/emotionml" category-set="#labels"');
    expect(text).toContain(
      '<vocabulary type="category" id="labels">\n    <item name="happy"/>\n    <item name="sad"/>',
    );
    const [attributes, first] = /<emotion (.*)>\n([^]*?)<\/emotion>/.exec(text)?.slice(1) ?? [];
    expect(attributes).toBe(
      'time-ref-uri="a%20%26%20%22b%22.webm" offset-to-start="0" duration="500" expressed-through="face voice"',
    );
    expect(first).toContain('<category name="happy" value="0.900000"/>');
    expect(first).toContain('<category name="sad" value="0.100000"/>');
    expect(first).toContain('uri="a%20%26%20%22b%22.webm#t=0.000,0.500"');
    expect(text.match(/<emotion /g)).toHaveLength(9);
    expect(text).not.toContain('confidence');
  });

  it('has dates alone as start and end: of a live run whose beginning is known', () => {
    const began = Date.UTC(2026, 0, 2, 3, 4, 5);
    const text = toEmotionMl({ ...LIVE, began });
    expect(text).toContain(`<emotion start="${began + 500}" end="${began + 1000}" expressed-through`);
    expect(text).not.toMatch(/offset-to-start|time-ref-uri|<reference|<info/);
    expect(toEmotionMl(CANNED_TIMELINE)).not.toMatch(/ (start|end)="/);
  });

  it('counts from a session that is in the document where nobody knows the date', () => {
    const text = toEmotionMl(LIVE);
    expect(text).toMatch(/<emotionml [^>]*>\n {2}<info id="session">[^<]+<\/info>\n {2}<vocabulary/);
    expect(text).toContain('<emotion time-ref-uri="#session" offset-to-start="500" duration="500" ');
    expect(text).not.toMatch(/ (start|end)="|<reference/);
  });

  it('has a name of its own for each label', () => {
    const labels = ['a b', 'a-b', 'a/b', 'a-b-2'];
    const odd = { ...estimated(1, 0.5), labels, probabilities: [0.4, 0.3, 0.2, 0.1] };
    const text = toEmotionMl({ ...CANNED_TIMELINE, labels, estimates: [odd] });
    const names = (tag: string) =>
      [...text.matchAll(new RegExp(`<${tag} name="([^"]*)"`, 'g'))].map(([, name]) => name);
    expect(names('item')).toEqual(['a-b', 'a-b-2', 'a-b-3', 'a-b-2-2']);
    expect(names('category')).toEqual(names('item'));
  });

  it.each([
    ['क्रोध', 'क्रोध'],
    ['نَعَم', 'نَعَم'],
    ['e\u0301tat', 'e\u0301tat'],
    ['기쁨', '기쁨'],
    ['𠮷', '𠮷'],
    ['a·b_c.d:e-1', 'a·b_c.d:e-1'],
    ['a²', 'a-'],
    ['½', '-'],
    ['ª', '-'],
    ['a×b÷c', 'a-b-c'],
    ['a\u037eb', 'a-b'],
    ['“a”😀', '-a-😀'],
  ])('names the label %j %j: what XML takes for a name', (label, name) => {
    const labels = [label, 'sad'];
    const odd = { ...estimated(1, 0.5), labels };
    const text = toEmotionMl({ ...CANNED_TIMELINE, labels, estimates: [odd] });
    expect(text).toContain(`<item name="${name}"/>`);
    expect(text).toContain(`<category name="${name}"`);
  });

  it('has no confidence in what is withheld', () => {
    const emotions = toEmotionMl(WITHHELD).split('<emotion ').slice(1);
    expect(emotions[2]).toContain('<category name="sad" value="0.800000" confidence="0"/>');
    expect(emotions[2]?.match(/confidence="0"/g)).toHaveLength(2);
    expect(emotions.filter((emotion) => emotion.includes('confidence'))).toHaveLength(1);
  });
});

describe('exportTimeline', () => {
  it.each(TEXT_FORMATS)('makes a file of %s', async (format) => {
    const file = exportTimeline(CANNED_TIMELINE, format);
    expect(file.type).toMatch(/^(text|application)\/.+;charset=utf-8$/);
    expect((await file.text()).length).toBeGreaterThan(100);
  });

  it('refuses an unknown format, and a timeline without an estimate', () => {
    expect(() => exportTimeline(CANNED_TIMELINE, 'docx' as never)).toThrow(
      expect.objectContaining({ code: 'input-invalid', message: expect.stringContaining('docx') as string }),
    );
    for (const nothing of [null, { ...CANNED_TIMELINE, estimates: [] }]) {
      expect(() => exportTimeline(nothing, 'csv')).toThrow(
        expect.objectContaining({ code: 'nothing-recorded' }),
      );
    }
  });
});
