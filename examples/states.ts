/**
 * Every part in every state worth looking at, without devices or weights: `?lang=ko`, `?scheme=dark`, and `?state=error` for one
 * alone. Tests and people look at the same page.
 */

import { loadApart, loadTimeline, MemoBert, type RecogniserStore } from '../src/elements';
import { CANNED_STATES, CannedRecogniser, figure, type CannedName } from '../src/elements/testing';
import type { RecogniserState } from '../src/recogniser';

/** Where each part looks different. */
const PARTS: Readonly<Record<string, readonly CannedName[]>> = {
  'memo-status': ['idle', 'asking', 'loading', 'listening', 'two-faces', 'listening-cpu', 'paused', 'error'],
  'memo-error': ['error'],
  'memo-prompt': ['idle', 'waiting', 'listening', 'listening-cpu'],
  'memo-preview': ['idle', 'listening', 'two-faces', 'actor', 'file'],
  'memo-progress': ['loading', 'warming'],
  'memo-meter': ['listening', 'waiting', 'two-faces'],
  'memo-controls': ['idle', 'listening', 'listening-cpu', 'actor', 'file-under-way', 'file'],
  'memo-words': ['idle', 'words-captions', 'words-browser', 'words-loading', 'words-heard'],
  'memo-bars': ['idle', 'listening', 'listening-cpu'],
  'memo-timeline': ['idle', 'file-under-way', 'file'],
  'memo-export': ['idle', 'file'],
  'memo-modalities': ['idle', 'listening', 'listening-cpu'],
  'memo-evidence': ['idle', 'listening', 'listening-cpu'],
  'memo-wording': ['listening', 'asked-otherwise'],
  'memo-playground': ['idle', 'listening', 'masked', 'without-heads'],
  'memo-adaptation': ['idle', 'listening', 'masked', 'marked'],
  'memo-rates': ['listening', 'file'],
};
const CHOICES = [
  ['lang', 'en', 'English'],
  ['lang', 'ko', '한국어'],
  ['scheme', 'light', 'Light'],
  ['scheme', 'dark', 'Dark'],
  ['state', '', 'All states'],
] as const;

const asked = new URLSearchParams(location.search);

function canned(name: CannedName): CannedRecogniser {
  const state: RecogniserState = CANNED_STATES[name];
  return new CannedRecogniser({
    ...state,
    stream: state.camera === 'live' || state.media !== null ? figure() : null,
  });
}

function whole(name: CannedName): void {
  const title = document.createElement('h3');
  title.append(Object.assign(document.createElement('a'), { href: link('state', name), textContent: name }));
  const element = new MemoBert();
  element.dataset['state'] = name;
  element.createRecogniser = () => canned(name);
  document.querySelector('#states')?.append(title, element);
  element.handle({ name: 'dismiss-error', detail: {} }); // a recogniser is made when it is first asked
}

function alone(tag: string, names: readonly CannedName[]): void {
  const title = Object.assign(document.createElement('h3'), { textContent: `<${tag}>` });
  const cells = Object.assign(document.createElement('div'), { className: 'cells' });
  for (const name of names) {
    const cell = Object.assign(document.createElement('div'), { className: 'cell' });
    const part = document.createElement(tag) as HTMLElement & { store: RecogniserStore };
    part.store = canned(name);
    cell.append(Object.assign(document.createElement('h4'), { textContent: name }), part);
    cells.append(cell);
  }
  document.querySelector('#parts')?.append(title, cells);
}

/** This page with one thing else. */
function link(name: string, value: string): string {
  const query = new URLSearchParams(asked);
  if (value === '') query.delete(name);
  else query.set(name, value);
  return `?${query.toString()}`;
}

function choices(): void {
  for (const [name, value, label] of CHOICES) {
    const choice = Object.assign(document.createElement('a'), {
      href: link(name, value),
      textContent: label,
    });
    if ((asked.get(name) ?? '') === value) choice.setAttribute('aria-current', 'true');
    if (name === 'lang') choice.lang = value;
    const item = document.createElement('li');
    item.append(choice);
    document.querySelector('#choices')?.append(item);
  }
}

await Promise.all([loadApart(), loadTimeline()]);
const only = asked.get('state');
const names = (Object.keys(CANNED_STATES) as CannedName[]).filter((name) => only === null || name === only);
document.querySelector('main')?.setAttribute('lang', asked.get('lang') ?? 'en');
document.documentElement.dataset['scheme'] = asked.get('scheme') ?? '';
choices();
for (const name of names) whole(name);
if (only === null) for (const [tag, states] of Object.entries(PARTS)) alone(tag, states);
else document.querySelector('#alone')?.parentElement?.remove();
