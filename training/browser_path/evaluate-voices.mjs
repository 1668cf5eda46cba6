/**
 * Accuracy of the browser's own path over labelled voices, in a real Chromium.
 *
 *     node training/browser_path/evaluate-voices.mjs --folder VOICES [--rates 48000,44100] [--limit N]
 *         [--bundle public/models/small] [--json FILE]
 *
 * VOICES is what make-ravdess-wavs.py writes. Each clip goes through src/encoders/voice at each rate, in a microphone's
 * chunks: resampler, speech gate, window, wav2vec2; then MEmoBERT reads its tokens, as in the page. Beside it the same
 * graphs run on the window that the trainer's `place` made of the clip at 16 kHz.
 *
 * Two moments are read: `path`, when the page's window is the very one that the trainer has (of a clip longer than the
 * window, its middle), which tells what the path costs; and `end`, when the clip is over, whose window ends elsewhere: at
 * the end of a longer clip, and 2 ms earlier in any, since the resampler still waits for what follows.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withHarness } from './browser.mjs';
import { readLabels, score, top } from './labels.mjs';

const SAMPLE_RATE_HZ = 16_000;
const MOMENTS = ['path', 'end'];

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    rates: { type: 'string', default: '48000,44100' },
    limit: { type: 'string' },
    bundle: { type: 'string', default: 'public/models/small' },
    json: { type: 'string' },
  },
});
if (!values.folder) {
  console.error('Give --folder VOICES.');
  process.exit(2);
}
const rates = values.rates.split(',').map((rate) => rate.trim());
const rows = (await readLabels(join(values.folder, 'labels.csv'))).slice(
  0,
  values.limit ? Number(values.limit) : undefined,
);

// a converted encoder may have no estimate of its own
const manifest = JSON.parse(await readFile(join(values.bundle, 'manifest.json'), 'utf8'));
const READERS = manifest.voice.logits === false ? ['fusion'] : ['encoder', 'fusion'];

const options = { bundle: values.bundle, part: 'voice', folders: { voices: values.folder } };
const report = await withHarness(options, async ({ classes, graphs, listen }) => {
  const unknown = rows.find(({ label }) => !classes.includes(label));
  if (unknown) throw new Error(`"${unknown.label}" of ${unknown.file} is none of ${classes.join(', ')}.`);
  const answers = Object.fromEntries(rates.map((rate) => [rate, []]));
  for (const [index, row] of rows.entries()) {
    for (const rate of rates) answers[rate].push(await hear(listen, row, rate));
    if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${rows.length}`);
  }
  const truth = rows.map(({ label }) => label);
  const [first] = rates;
  const raw = (reader) =>
    score(
      truth,
      answers[first].map((answer) => top(classes, answer.raw[reader])),
    );
  return {
    graphs,
    clips: rows.length,
    raw: Object.fromEntries(READERS.map((reader) => [reader, raw(reader)])),
    rates: Object.fromEntries(rates.map((rate) => [rate, summarise(classes, truth, answers[rate])])),
  };
});

function hear(listen, { file, heard, window_end: windowEnd }, rate) {
  const clip = { heardSamples: Number(heard), windowEndS: Number(windowEnd) / SAMPLE_RATE_HZ };
  return listen(['voices', `${rate}/${file}.wav`], ['voices', `raw/${file}.f32`], clip);
}

function summarise(classes, truth, answers) {
  const moments = MOMENTS.map((moment) => {
    const silent = answers.filter((answer) => answer[moment].tokens === 0).length;
    const readers = READERS.map((reader) => [reader, compare(classes, truth, answers, moment, reader)]);
    return [moment, { noSpeech: silent, ...Object.fromEntries(readers) }];
  });
  return Object.fromEntries(moments);
}

/** A clip without speech counts as wrong. */
function compare(classes, truth, answers, moment, reader) {
  const said = answers.map((answer) => top(classes, answer[moment][reader]));
  const alone = answers.map((answer) => top(classes, answer.raw[reader]));
  const heard = answers.filter((answer) => answer[moment][reader] !== null);
  const apart = heard.map((answer) => totalVariation(answer[moment][reader], answer.raw[reader]));
  return {
    ...score(truth, said),
    sameAnswer: said.filter((label, index) => label === alone[index]).length / said.length,
    meanTotalVariation: apart.reduce((sum, value) => sum + value, 0) / apart.length,
  };
}

/** Half of the summed differences of two distributions: 0 when equal, 1 when they share nothing. */
function totalVariation(one, other) {
  return one.reduce((sum, value, index) => sum + Math.abs(value - other[index]), 0) / 2;
}

const percent = (value) => `${(100 * value).toFixed(1)} %`;
const line = (name, { accuracy, uar }) => `${name}: accuracy ${percent(accuracy)}, UAR ${percent(uar)}`;
const MEANING = {
  path: "the trainer's window",
  end: "at the clip's end",
};
console.error(`\n${report.graphs.join(', ')}; ${report.clips} clips`);
for (const reader of READERS) {
  console.error(line(`${reader}, raw graph on the trainer's windows`, report.raw[reader]));
  for (const rate of rates) {
    for (const moment of MOMENTS) {
      const { noSpeech, [reader]: found } = report.rates[rate][moment];
      const more = `same answer ${percent(found.sameAnswer)}, total variation ${found.meanTotalVariation.toFixed(4)}`;
      console.error(
        `${line(`${reader}, browser's path from ${rate} Hz, ${MEANING[moment]}`, found)}; ${more}; no speech in ${noSpeech}`,
      );
    }
  }
}
const json = JSON.stringify(report, null, 2);
if (values.json) await writeFile(values.json, `${json}\n`);
console.log(json);
