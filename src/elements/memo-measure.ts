import { css, html, nothing, type TemplateResult } from 'lit';
import { MemoError } from '../errors';
import { STAGES } from '../memobert/estimate';
import { measure, type Measurement, type Spread } from '../measure';
import { DEFAULT_ASSET_BASE, DEFAULT_BUNDLE, readAttributes } from './attributes';
import { BaseElement } from './base-element';
import { buttons } from './buttons';
import { customElement } from './custom-element';
import { property, state } from './decorators';
import { errorMessage, errorStyles } from './error-message';
import { megabytes } from './format';
import { milliseconds } from './late-format';
import type { MemoEngine } from './memo-engine';
import { strings, wordsFrom } from './strings';
import { measureWords, type MeasureWords } from './strings/measure-words';
import { ratesWords } from './strings/rates-words';

export type Measure = typeof measure;
/** `measured`: the numbers. */
export type MemoMeasuredEvent = CustomEvent<Measurement>;

interface Under {
  readonly round: number;
  readonly rounds: number;
}

/**
 * Measures this device: what loading costs, and how long each stage takes. With `for` it takes the bundle, its hash and the device of that
 * element and stops it first, so that nothing else computes meanwhile.
 * @fires {CustomEvent<Measurement>} measured - the numbers, as they are shown and copied
 */
@customElement('memo-measure')
export class MemoMeasure extends BaseElement {
  static override styles = [
    ...BaseElement.styles,
    buttons,
    errorStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.875rem;
        justify-items: start;
      }
      .about {
        max-inline-size: 70ch;
        color: var(--_muted);
        text-wrap: pretty;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      .error {
        inline-size: 100%;
      }
      .wide {
        container-type: inline-size;
        inline-size: 100%;
        overflow-x: auto;
      }
      table {
        inline-size: 100%;
        max-inline-size: 44rem;
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }
      caption {
        padding-block-end: 0.375rem;
        text-align: start;
      }
      th,
      td {
        padding: 0.375rem min(0.5rem, 1cqi);
        border-block-end: 1px solid var(--_line);
        text-align: end;
        font-weight: 400;
      }
      thead th {
        color: var(--_muted);
        font-size: 0.8125em;
      }
      tr > :first-child {
        padding-inline-start: 0;
        text-align: start;
      }
      tr > :last-child {
        padding-inline-end: 0;
      }
      .whole > * {
        font-weight: 650;
      }
      dl {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem 1.75rem;
      }
      dt {
        color: var(--_muted);
        font-size: 0.8125em;
      }
      pre {
        max-block-size: 18rem;
        margin: 0.5rem 0 0;
        padding: 0.75rem;
        overflow: auto;
        border-radius: var(--_radius);
        background: var(--_sunken);
        font-size: 0.8125rem;
      }
      details {
        inline-size: 100%;
      }
    `,
  ];

  /** URL of the bundle's manifest, where `for` names no element. */
  @property() bundle = DEFAULT_BUNDLE;
  /** Folder of MediaPipe's files, likewise. */
  @property({ attribute: 'asset-base' }) assetBase = DEFAULT_ASSET_BASE;
  /** What measures; a test brings its own. */
  @property({ attribute: false }) measure: Measure = measure;
  /** Estimates that are asked for; as many as the bench takes, 200, are a minute or two. */
  @property({ type: Number }) rounds = 20;
  /** The numbers last found; may be given, to show those of another device. */
  @property({ attribute: false }) measurement: Measurement | null = null;

  /** Null at rest; round 0 while the model loads. */
  @state() private under: Under | null = null;
  @state() private failure: MemoError | null = null;
  /** The last thing that was brought to an end. */
  @state() private ended: 'measured' | 'copied' | null = null;
  #cancel: AbortController | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cancel?.abort();
  }

  override render(): TemplateResult {
    const words = wordsFrom(measureWords);
    const { failure, measurement } = this;
    return html`<p class="about" id="about">${words.what}</p>
      <div class="row">
        <button
          class="strong"
          type="button"
          aria-describedby="about"
          data-testid="measure"
          @click=${() => (this.under === null ? void this.#measure() : this.#cancel?.abort())}
        >
          ${this.under !== null ? words.cancel : measurement === null ? words.begin : words.again}
        </button>
        ${this.under === null ? nothing : this.#progress(this.under, words)}
        <span role="status" data-testid="measure-status"
          >${this.ended === null ? '' : words[this.ended]}</span
        >
      </div>
      ${failure === null ? nothing : errorMessage(failure, () => (this.failure = null))}
      ${measurement === null ? nothing : this.#result(measurement, words)}`;
  }

  /** Not in the status: each round would be read out. */
  #progress({ round, rounds }: Under, words: MeasureWords): TemplateResult {
    const text = round === 0 ? words.loading : round > rounds ? words.counting : words.round(round, rounds);
    return html`<span
      class="number"
      role="progressbar"
      aria-label=${words.begin}
      aria-valuemin="0"
      aria-valuemax=${rounds}
      aria-valuenow=${Math.min(round, rounds)}
      aria-valuetext=${text}
      data-testid="measure-progress"
      >${text}</span
    >`;
  }

  #result(found: Measurement, words: MeasureWords): TemplateResult {
    const json = JSON.stringify(found, null, 2);
    return html`<dl data-testid="measure-facts">
        ${this.#facts(found, words).map(
          ([term, value]) =>
            html`<div>
              <dt>${term}</dt>
              <dd class="number">${value}</dd>
            </div>`,
        )}
      </dl>
      <div class="wide" tabindex="0" role="group" aria-labelledby="table">${this.#table(found, words)}</div>
      <div class="row">
        <button class="quiet" type="button" data-testid="measure-copy" @click=${() => void this.#copy(json)}>
          ${words.copy}
        </button>
      </div>
      <details>
        <summary>${words.raw}</summary>
        <pre tabindex="0" lang="en" data-testid="measure-json">${json}</pre>
      </details>`;
  }

  #facts({ backend, load, memory }: Measurement, words: MeasureWords): [string, unknown][] {
    const seconds = (ms: number) => words.seconds((ms / 1000).toFixed(1));
    // a measurement that was given may be of a version that did not tell
    const known = <T>(value: T | null | undefined, name: string, say: (value: T) => string) =>
      value == null ? [] : [[name, say(value)] as [string, unknown]];
    const steps = Object.entries(load.steps) as [keyof MeasureWords['steps'], number][];
    const parts = steps.map(([step, ms]) => `${words.steps[step]} ${seconds(ms)}`);
    const adapter = backend.adapter === null ? '' : `, ${backend.adapter}`;
    return [
      [words.facts.backend, `${strings.status[backend.name]}${adapter}`],
      [words.facts.threads, String(backend.threads)],
      [words.facts.bytes, words.bytes(megabytes(load.bytes))],
      ...known(load.parts?.face, words.facts.face, seconds),
      [words.facts.load, `${seconds(load.ms)} (${parts.join(', ')})`],
      ...known(memory, words.facts.memory, (bytes) => words.bytes(megabytes(bytes))),
    ];
  }

  #table({ stages, answer }: Measurement, words: MeasureWords): TemplateResult {
    const row = (name: string, found: Spread | null, whole = false) =>
      html`<tr class=${whole ? 'whole' : ''}>
        <th scope="row">${name}</th>
        ${
          found === null
            ? html`<td colspan="5">${words.none}</td>`
            : html`<td>${milliseconds(found.first)}</td>
                <td>${milliseconds(found.median)}</td>
                <td>${milliseconds(found.p95)}</td>
                <td>${found.p99 === undefined ? '' : milliseconds(found.p99)}</td>
                <td>${found.runs}</td>`
        }
      </tr>`;
    return html`<table data-testid="measure-table">
      <caption class="heading" id="table">
        ${words.load}
      </caption>
      <thead>
        <tr>
          ${[words.stage, words.first, words.median, words.p95, words.p99, words.runs].map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${STAGES.map((stage) => row(ratesWords().stages[stage], stages[stage]))}
        ${row(words.answer, answer, true)}
      </tbody>
    </table>`;
  }

  async #measure(): Promise<void> {
    const cancel = new AbortController();
    this.#cancel = cancel;
    Object.assign(this, { failure: null, ended: null, under: { round: 0, rounds: 1 } });
    try {
      this.measurement = await this.measure(this.#options(), {
        signal: cancel.signal,
        rounds: this.rounds,
        tell: (round, rounds) => (this.under = { round, rounds }),
      });
      this.ended = 'measured';
      this.dispatchEvent(new CustomEvent('measured', { detail: this.measurement }));
    } catch (error) {
      // who cancelled knows it
      if (!cancel.signal.aborted) this.failure = MemoError.from(error);
    } finally {
      this.under = null;
    }
  }

  /** Those of the element that it is for, which is stopped; else its own. */
  #options(): Parameters<Measure>[0] {
    const found =
      this.for === null ? null : (this.getRootNode() as Document | ShadowRoot).getElementById(this.for);
    if (found === null || !('assetBase' in found)) return readAttributes(this).options;
    const engine = found as MemoEngine;
    // a stop with no run closes the file
    if (engine.state !== 'idle' && engine.state !== 'error') engine.stop();
    return readAttributes(engine).options;
  }

  async #copy(json: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(json);
      this.ended = 'copied';
    } catch {
      // where a page may not write the clipboard, it is there to be marked by hand
      this.shadowRoot?.querySelector('details')?.setAttribute('open', '');
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'memo-measure': MemoMeasure;
  }
  interface HTMLElementEventMap {
    measured: MemoMeasuredEvent;
  }
}
