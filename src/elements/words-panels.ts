/** What `<memo-words>` shows for a source of words that is not typed: what it does with the sound, its switch, what it said. */

import { css, html, nothing, type TemplateResult } from 'lit';
import type { WordsState } from '../recogniser';
import { megabytes } from './format';
import { icons } from './icons';
import { strings } from './strings';
import { wordsPanelWords } from './strings/words-panel-words';

/** Words shown at once: about as much as the model reads. */
const MOST_SHOWN = 24;

export const panelStyles = css`
  .panel {
    display: grid;
    gap: 0.5rem;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.75rem;
  }
  .row > * {
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .note {
    color: var(--_muted);
    font-size: 0.875em;
    text-wrap: pretty;
  }
  .warning {
    padding-inline-start: 0.625rem;
    border-inline-start: 3px solid var(--_live);
    color: var(--_ink);
  }
  .on {
    border-color: var(--_live);
    background: color-mix(in oklab, var(--_live) 8%, transparent);
  }
  .said {
    font-family: var(--_serif);
    font-size: 1.0625em;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  .said:lang(ko) {
    font-family: inherit;
  }
  .interim {
    color: var(--_muted);
    font-style: italic;
  }
`;

export function captionsPanel(words: WordsState, choose: () => void): TemplateResult {
  const { captions } = words;
  const hint =
    captions === null
      ? wordsPanelWords().captionsHint
      : captions.cues === null
        ? captions.name
        : wordsPanelWords().cues(captions.name, captions.cues);
  return html`<div class="panel">
    <div class="row">
      <button class="quiet" type="button" data-testid="choose-captions" @click=${choose}>
        ${icons.file} ${wordsPanelWords().chooseCaptions}
      </button>
      <span class="note" data-testid="captions">${hint}</span>
    </div>
    ${captions === null ? nothing : said(words)}
  </div>`;
}

export interface Beside {
  readonly words: WordsState;
  /** The run's microphone was taken away. */
  readonly deaf: boolean;
  /** A file is open. */
  readonly file: boolean;
}

/** @param toggle switches it on or off */
export function listenPanel(beside: Beside, toggle: () => void): TemplateResult {
  const { words } = beside;
  const { source, place, on } = words;
  const away = source === 'browser' && place === 'service';
  const what = source === 'in-page' ? wordsPanelWords().inPage : wordsPanelWords().places[place ?? 'unknown'];
  return html`<div class="panel">
    <p class="note ${away ? 'warning' : ''}" id="what" data-testid="words-place">${what}</p>
    <p class="note" id="english" data-testid="words-english">${wordsPanelWords().english}</p>
    <div class="row">
      <button
        class="quiet ${on ? 'on' : ''}"
        type="button"
        role="switch"
        aria-checked=${on}
        aria-describedby="what english"
        data-testid="words-switch"
        ?disabled=${source === 'browser' && place === null}
        @click=${toggle}
      >
        ${icons.microphone(on)} ${away ? wordsPanelWords().listenAway : wordsPanelWords().listen}
      </button>
      <span class="note" role="status" data-testid="words-status" data-status=${words.status}
        >${on ? status(beside) : ''}</span
      >
      ${on && words.status === 'starting' && words.totalBytes > words.loadedBytes ? arriving(words) : nothing}
    </div>
    ${on ? said(words) : nothing}
  </div>`;
}

function status({ words: { status }, deaf, file }: Beside): string {
  const { statuses, withStart, withMicrophone, withNext } = wordsPanelWords();
  if (status !== 'off') return statuses[status];
  return deaf ? withMicrophone : file ? withNext : withStart;
}

/** Beside the status: there every tenth of a megabyte would be read out. */
function arriving({ loadedBytes, totalBytes }: WordsState): TemplateResult {
  const bytes = strings.progress.bytes(megabytes(loadedBytes), megabytes(totalBytes));
  return html`<span
    class="note number"
    role="progressbar"
    aria-label=${strings.progress.label}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${Math.round((loadedBytes / totalBytes) * 100)}
    aria-valuetext=${bytes}
    data-testid="words-progress"
    >${bytes}</span
  >`;
}

function said({ said: words, language, status: now }: WordsState): unknown {
  if (now !== 'listening') return nothing;
  if (words.length === 0) return html`<p class="note">${wordsPanelWords().nothing}</p>`;
  return html`<p class="said" lang=${language === '' ? nothing : language} data-testid="said">
    ${words
      .slice(-MOST_SHOWN)
      .map(({ text, final }) => html`<span class=${final ? 'final' : 'interim'}>${text}</span> `)}
  </p>`;
}
