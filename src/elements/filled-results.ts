/** What the model filled in, as `<memo-playground>` shows it. */

import { css, html, nothing, type TemplateResult } from 'lit';
import type {
  FeatureError,
  FilledFace,
  FilledPiece,
  FilledVoice,
  FilledWord,
  Filling,
} from '../memobert/moment';
import { certainty, LEAST_CERTAINTY } from '../memobert/reliability';
import { cssValues } from './css-values';
import { labelGloss, labelSpoken, percent, topIndex } from './format';
import { labelColour } from './label-colours';
import { strings } from './strings';
import { apartWords } from './strings/apart-words';

export const resultStyles = css`
  .results {
    display: grid;
    gap: 1.25rem 2rem;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr));
  }
  .result {
    display: grid;
    align-content: start;
    gap: 0.375rem;
  }
  .result > p {
    text-wrap: pretty;
  }
  .guesses {
    display: grid;
    grid-template-columns: 1fr max-content;
    gap: 0.0625rem 0.75rem;
  }
  .guesses li {
    display: grid;
    grid-column: 1 / -1;
    grid-template-columns: subgrid;
  }
  .guesses em {
    font-family: var(--_serif);
    font-size: 1.06em;
  }
  .given {
    color: var(--_muted);
  }
  .given em {
    text-decoration: underline dotted;
  }
  table {
    table-layout: fixed;
    inline-size: 100%;
    border-collapse: collapse;
    font-size: 0.9375em;
  }
  th {
    padding: 0.125rem 0.75rem 0.125rem 0;
    font-weight: 400;
    text-align: start;
  }
  thead th {
    color: var(--_muted);
    font-size: 0.8125em;
    text-wrap: balance;
    vertical-align: bottom;
  }
  .pair {
    display: grid;
    align-content: start;
    gap: 1.25rem;
  }
  td {
    padding: 0.125rem 0.5rem 0.125rem 0;
  }
  .amount {
    display: grid;
    grid-template-columns: 1fr 3.25em;
    align-items: center;
    gap: 0.375rem;
  }
  .line {
    block-size: 0.5rem;
    border-radius: 2px;
    background: linear-gradient(var(--_ink) 0 0) 0 / calc(var(--_p) * 100%) 100% no-repeat var(--_track);
    -webkit-print-color-adjust: exact;
  }
  .small {
    color: var(--_muted);
    font-size: 0.875em;
  }
  .was {
    color: var(--_hue);
    font-weight: 650;
  }
  @media (forced-colors: active) {
    .line {
      outline: 1px solid CanvasText;
      background: linear-gradient(Highlight 0 0) 0 / calc(var(--_p) * 100%) 100% no-repeat Canvas;
      forced-color-adjust: none;
    }
  }
`;

export function results(filling: Filling): TemplateResult {
  const { words, face, voice } = filling;
  return html`<div class="results" data-testid="filling">
    ${words.length === 0 ? nothing : filledWords(filling)} ${face === null ? nothing : filledFace(face)}
    <div class="pair">${voice === null ? nothing : filledVoice(voice)} ${answers(filling)}</div>
  </div>`;
}

function filledWords({ words }: Filling): TemplateResult {
  return html`<div
    role="group"
    aria-label=${apartWords().playground.filledWords}
    class="result"
    data-testid="filled-words"
  >
    <p class="heading">${apartWords().playground.filledWords}</p>
    ${words.flatMap(({ pieces }) => pieces.map((piece) => guesses(piece)))}
  </div>`;
}

function guesses({ guesses: likely, given, probability }: FilledPiece): TemplateResult {
  return html`<ol class="guesses" lang="en">
    ${likely.map(
      ({ word, probability: own }) =>
        html`<li><em>${word}</em> <span class="number">${percent(own)}</span></li>`,
    )}
    <li class="given">
      <span><span lang=${strings.language}>${apartWords().playground.right}:</span> <em>${given}</em></span>
      <span class="number">${percent(probability)}</span>
    </li>
  </ol>`;
}

function filledFace(face: FilledFace): TemplateResult {
  const { classes, guessed, own, agreement, divergence } = face;
  return html`<div
    role="group"
    aria-label=${apartWords().playground.filledFace}
    class="result"
    data-testid="filled-face"
  >
    <p class="heading">${apartWords().playground.filledFace}</p>
    <table>
      <thead>
        <tr>
          <td></td>
          <th scope="col">${apartWords().playground.seen}</th>
          <th scope="col">${apartWords().playground.guessed}</th>
        </tr>
      </thead>
      <tbody>
        ${classes.map(
          (name, at) =>
            html`<tr>
              <th scope="row">${className(name)}</th>
              <td>${amount(own?.[at] ?? null)}</td>
              <td>${amount(guessed[at] ?? 0)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      agreement === null || divergence === null
        ? nothing
        : html`<p class="small">
            ${apartWords().playground.agree(percent(agreement), divergence.toFixed(2))}
          </p>`
    }
    ${explained(face)}
  </div>`;
}

function filledVoice(voice: FilledVoice): TemplateResult {
  return html`<div
    role="group"
    aria-label=${apartWords().playground.filledVoice}
    class="result"
    data-testid="filled-voice"
  >
    <p class="heading">${apartWords().playground.filledVoice}</p>
    ${explained(voice)}
  </div>`;
}

function shareSpoken({ explained: share }: FeatureError): string {
  const { playground } = apartWords();
  return share > 0 ? playground.explained(percent(share)) : playground.worse;
}

function explained(found: FeatureError): TemplateResult {
  const { playground } = apartWords();
  const { explained: share, error, blind } = found;
  return html`<p data-explained=${share}>${shareSpoken(found)}</p>
    <p class="small number">${playground.error(error.toPrecision(2), blind.toPrecision(2))}</p>`;
}

/** What was filled in, in one go: for screen readers, once it is there. */
export function spokenResults({ words, face, voice, answer: { labels, masked } }: Filling): string {
  const { playground } = apartWords();
  const likeliest = (names: readonly string[], values: readonly number[]) => {
    const at = topIndex(values);
    return [names[at] ?? '', percent(values[at] ?? 0)] as const;
  };
  const said: string[] = [];
  if (words.length > 0) said.push(`${playground.filledWords}: ${words.map(wordSpoken).join(', ')}`);
  if (face !== null) {
    const [name, share] = likeliest(face.classes, face.guessed);
    said.push(`${playground.filledFace}: ${className(name)} ${share}`);
  }
  if (voice !== null) said.push(`${playground.filledVoice}: ${shareSpoken(voice)}`);
  const [label, share] = likeliest(labels, masked);
  const answer = isSure(masked) ? `${labelSpoken(label)} ${share}` : strings.unsure.word;
  return [...said, `${playground.answer}: ${answer}`].map((part) => part.replace(/\.$/, '')).join('. ');
}

function wordSpoken({ pieces }: FilledWord): string {
  return pieces.map(({ guesses }) => guesses[0]?.word ?? '').join(' ');
}

/** As the page itself has it: below, no word is named. */
function isSure(probabilities: readonly number[]): boolean {
  return certainty(probabilities) >= LEAST_CERTAINTY;
}

function answers({ words, face, voice, answer: { labels, whole, masked } }: Filling): TemplateResult {
  const { playground } = apartWords();
  const hidden = words.length > 0 || face !== null || voice !== null;
  const one = (values: readonly number[], when: string) => {
    if (!isSure(values))
      return html`<p>
        <b>${strings.unsure.word}</b>
        <span class="small">${when}</span>
      </p>`;
    const at = topIndex(values);
    const label = labels[at] ?? '';
    const gloss = labelGloss(label);
    return html`<p>
      <span class="was" lang="en" ${cssValues({ '--_hue': labelColour(label, labels) })}>${label}</span
      >${gloss === null ? nothing : html` ${gloss}`} <span class="number">${percent(values[at] ?? 0)}</span>
      <span class="small">${when}</span>
    </p>`;
  };
  return html`<div role="group" aria-label=${playground.answer} class="result" data-testid="filled-answer">
    <p class="heading">${playground.answer}</p>
    ${one(whole, playground.answerWhole)} ${hidden ? one(masked, playground.answerMasked) : nothing}
  </div>`;
}

function amount(value: number | null): TemplateResult {
  return html`<span class="amount"
    ><span class="line" aria-hidden="true" ${cssValues({ '--_p': String(value ?? 0) })}></span
    ><span class="number small">${value === null ? '–' : percent(value)}</span></span
  >`;
}

function className(id: string): string {
  return (Object.hasOwn(apartWords().faceClasses, id) ? apartWords().faceClasses[id] : undefined) ?? id;
}
