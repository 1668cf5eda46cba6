/** What `<memo-wording>` opens: sentences, sets of words, a line for one's own of each. Fetched when it is first opened. */

import { css, html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { MemoError } from '../errors';
import { LABEL_SET_SIZES, LABEL_SETS, PROMPTS } from '../memobert/presets';
import { buttons } from './buttons';
import { choices } from './choices';
import { errorMessage, errorStyles } from './error-message';
import { wordingWords } from './strings/wording-words';
import { fieldStyles, textField } from './text-field';

export const wordingStyles = [
  buttons,
  choices,
  errorStyles,
  fieldStyles,
  css`
    .all {
      display: grid;
      gap: 0.875rem;
      padding-block: 0.5rem;
    }
    form {
      margin-block-start: 0.375rem;
    }
  `,
];

export interface Asked {
  /** With `[MASK]` once. */
  readonly prompt: string;
  /** Label ids. */
  readonly labels: readonly string[];
  readonly error: MemoError | null;
}

export interface WordingWishes {
  readonly ask: (change: { readonly prompt: string } | { readonly labels: readonly string[] }) => void;
  readonly dismiss: () => void;
}

export function wordingPanel(asked: Asked, wishes: WordingWishes): TemplateResult {
  const { error } = asked;
  return html`<div class="all">
    ${sentences(asked, wishes)} ${words(asked, wishes)}
    ${error === null ? nothing : errorMessage(error, wishes.dismiss)}
  </div>`;
}

function sentences({ prompt: asked, error }: Asked, { ask }: WordingWishes): TemplateResult {
  return html`<fieldset>
    <legend class="heading">${wordingWords().sentence}</legend>
    <div class="chips" lang="en">
      ${PROMPTS.map((prompt) => {
        const text = prompt.replace('[MASK]', '[…]');
        return choice('sentence', prompt, text, prompt === asked, () => ask({ prompt }));
      })}
    </div>
    ${own('sentence', wordingWords().ownSentence, error?.code === 'prompt-invalid', (prompt) => ask({ prompt }))}
  </fieldset>`;
}

function words({ labels: asked, error }: Asked, { ask }: WordingWishes): TemplateResult {
  return html`<fieldset>
    <legend class="heading">${wordingWords().words}</legend>
    <div class="chips">
      ${LABEL_SET_SIZES.map((size) => {
        const labels: readonly string[] = LABEL_SETS[size];
        const on = labels.join() === asked.join();
        return choice('words', String(size), wordingWords().set(String(size)), on, () => ask({ labels }));
      })}
    </div>
    ${own('words', wordingWords().ownWords, error?.code === 'label-invalid', (text) =>
      ask({ labels: text.split(/[\s,]+/).filter((word) => word !== '') }),
    )}
  </fieldset>`;
}

function choice(name: string, value: string, text: string, on: boolean, ask: () => void): TemplateResult {
  return html`<label class="chip">
    <input
      type="radio"
      name=${name}
      value=${value}
      .checked=${live(on)}
      data-testid="ask-${name}-${value}"
      @change=${ask}
    />${text}
  </label>`;
}

function own(name: string, hint: string, refused: boolean, ask: (text: string) => void): TemplateResult {
  const send = (text: string) => {
    if (text.trim() !== '') ask(text.trim());
  };
  const names = [`own-${name}`, `ask-own-${name}`] as const;
  return textField({ label: hint, hint, button: wordingWords().ask, names, send, refused });
}
