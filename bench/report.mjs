/** Times -> figures -> Markdown. */

/** The value below which `share` of `times` lie (nearest rank). */
export function quantile(times, share) {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

export function figures(times) {
  const at = (share) => round(quantile(times, share));
  const mean = round(times.reduce((sum, time) => sum + time, 0) / times.length);
  return { runs: times.length, median: at(0.5), mean, p95: at(0.95), p99: at(0.99), least: at(0) };
}

export function round(value) {
  return Number(value.toPrecision(4));
}

/** One table of a group; ratios are of medians, to the first row that ran. */
export function groupTable(rows) {
  const first = rows.find(({ median }) => median !== undefined);
  const head = [
    '',
    'median ms',
    'mean',
    'p95',
    'p99',
    'runs',
    'first run ms',
    'set-up ms',
    'ratio',
    'answered',
  ];
  return table(
    head,
    rows.map((row) =>
      row.error === undefined
        ? [
            row.name,
            ...[row.median, row.mean, row.p95, row.p99, row.runs].map(String),
            ...[row.firstMs, row.setUpMs].map((ms) => (ms === undefined ? '' : String(Math.round(ms)))),
            (row.median / first.median).toFixed(2),
            row.answer ?? '',
          ]
        : [row.name, '', '', '', '', '', '', '', '', `not run: ${row.error}`],
    ),
  );
}

/** Multiplications a second of each graph as a share of what a large MatMul reaches in the same run, and beside native. */
export function graphTable(rows) {
  const known = rows.filter(({ error }) => error === undefined);
  const rate = ({ multiplications, median }) => multiplications / median / 1e6;
  const matmul = known.find(({ name }) => name === 'ours-1 matmul');
  const lines = known
    .filter(({ name }) => name.startsWith('ours-1 '))
    .map((row) => {
      const title = row.name.slice('ours-1 '.length);
      const native = known.find(({ name }) => name === `native ${title}`);
      return [
        title.replace(/^graph /, ''),
        (row.multiplications / 1e6).toFixed(1),
        ...[row.median, row.p95, row.p99].map(String),
        row.firstMs === undefined ? '' : String(Math.round(row.firstMs)),
        rate(row).toFixed(1),
        matmul ? `${Math.round((100 * rate(row)) / rate(matmul))} %` : '',
        native ? String(native.median) : '',
        native ? (row.median / native.median).toFixed(1) : '',
      ];
    });
  const head = [
    'graph',
    'M mult.',
    'wasm ms',
    'p95',
    'p99',
    'first run ms',
    'G mult./s',
    'of MatMul',
    'native ms',
    'wasm / native',
  ];
  return table(head, lines);
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** All three stages at their rates in one worker: what of a core they fill, and how long a frame waits for its answer. */
export function togetherTable({ seconds, frames, dropped, busy, estimates, delays }) {
  const rows = [
    ['seconds', String(Math.round(seconds))],
    ['share of the worker’s time that was computing', busy.toFixed(2)],
    ['frames, dropped', `${frames}, ${dropped}`],
    ['estimates', String(estimates)],
    [
      'from a frame’s time to the answer that it is in, ms: median, p95, p99',
      [delays.median, delays.p95, delays.p99].map(Math.round).join(', '),
    ],
  ];
  return table(['ten faces, two voices, two estimates a second', ''], rows);
}

export function markdown({ machine, bundle, groups, costs, live, together }) {
  const parts = [
    '# Measured beside the peers',
    `${machine.when}, ${machine.cpu}, ${machine.cores} cores, load ${machine.load.join(' ')}; Chromium ${machine.chromium}, ${machine.runtime}; bundle ${bundle}. ` +
      'Everybody in a group takes turns run by run, on the same frames and sound: what else the machine does hits all alike. `bench/README.md` says how.',
  ];
  for (const [name, rows] of Object.entries(groups)) {
    if (rows.length === 0) continue;
    parts.push(`## ${name}`, name === 'graphs' ? graphTable(rows) : groupTable(rows));
    const missing = name === 'graphs' ? rows.filter(({ error }) => error !== undefined) : [];
    parts.push(...missing.map((row) => `${row.name}: not run, ${row.error}.`));
  }
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const costRows = costs.map(({ name, bytes, memory }) => [name, megabytes(bytes), megabytes(memory)]);
  if (costRows.length > 0)
    parts.push('## what it takes', table(['', 'weights and WebAssembly, MB', 'memory, MB'], costRows));
  const liveRows = live.map(({ name, frames, dropped }) => [name, String(frames), String(dropped)]);
  if (liveRows.length > 0) parts.push('## frames at 10 a second', table(['', 'frames', 'dropped'], liveRows));
  if (together !== undefined) parts.push('## all three at once', togetherTable(together));
  return `${parts.join('\n\n')}\n`;
}
