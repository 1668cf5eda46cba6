/**
 * Every part in every state worth looking at, without devices or weights: `?lang=ko`, `?scheme=dark`, and `?state=error` for one
 * alone. Tests and people look at the same page.
 */

import { followLanguage } from '../src/app/language';
import { defineMeasure, loadApart, loadTimeline, MemoBert, type RecogniserStore } from '../src/elements';
import { CANNED_STATES, CannedRecogniser, figure, type CannedName } from '../src/elements/testing';
import type { RecogniserState } from '../src/recogniser';

/** Where each part looks different. */
const PARTS: Readonly<Record<string, readonly CannedName[]>> = {
  'memo-status': [
    ...([
      'idle',
      'asking',
      'loading',
      'awaiting-network',
      'listening',
      'two-faces',
      'listening-cpu',
    ] as const),
    ...(['unsure', 'nothing-arrives', 'recovering', 'paused', 'error'] as const),
  ],
  'memo-error': ['error'],
  'memo-prompt': ['idle', 'waiting', 'listening', 'listening-cpu', 'unsure'],
  'memo-preview': ['idle', 'listening', 'two-faces', 'actor', 'file'],
  'memo-progress': ['loading', 'warming'],
  'memo-meter': ['listening', 'waiting', 'two-faces'],
  'memo-controls': ['idle', 'listening', 'listening-cpu', 'actor', 'file-under-way', 'file'],
  'memo-words': ['idle', 'words-captions', 'words-browser', 'words-loading', 'words-heard'],
  'memo-bars': ['idle', 'first-impression', 'listening', 'listening-cpu', 'unsure'],
  'memo-timeline': ['idle', 'file-under-way', 'file'],
  'memo-export': ['idle', 'file'],
  'memo-modalities': ['idle', 'listening', 'listening-cpu', 'unsure'],
  'memo-evidence': ['idle', 'listening', 'listening-cpu'],
  'memo-wording': ['listening', 'asked-otherwise'],
  'memo-playground': ['idle', 'listening', 'masked', 'without-heads'],
  'memo-adaptation': ['idle', 'listening', 'masked', 'marked'],
  'memo-rates': ['listening', 'file'],
  'memo-measure': ['idle'],
  'memo-span': ['idle'],
};
/** What of the address, its value, and the `data-text` of its name. */
const CHOICES = [
  ['scheme', 'light', 'light', 'Light'],
  ['scheme', 'dark', 'dark', 'Dark'],
  ['state', '', 'all', 'All states'],
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
  title.append(link('state', name, name));
  title.lang = 'en';
  const element = new MemoBert();
  element.dataset['state'] = name;
  element.createRecogniser = () => canned(name);
  document.querySelector('#states')?.append(title, element);
  element.handle({ name: 'dismiss-error', detail: {} }); // a recogniser is made when it is first asked
}

function alone(tag: string, names: readonly CannedName[]): void {
  const title = Object.assign(document.createElement('h3'), { lang: 'en', textContent: `<${tag}>` });
  const cells = Object.assign(document.createElement('div'), { className: 'cells' });
  for (const name of names) {
    const cell = Object.assign(document.createElement('div'), { className: 'cell' });
    const part = document.createElement(tag) as HTMLElement & { store: RecogniserStore };
    part.store = canned(name);
    cell.append(Object.assign(document.createElement('h4'), { lang: 'en', textContent: name }), part);
    cells.append(cell);
  }
  document.querySelector('#parts')?.append(title, cells);
}

/** To this page with one thing else; in the language that it then has. */
function link(name: string, value: string, text: string): HTMLAnchorElement {
  const query = new URLSearchParams(asked);
  if (value === '') query.delete(name);
  else query.set(name, value);
  const there = Object.assign(document.createElement('a'), {
    href: `?${query.toString()}`,
    textContent: text,
  });
  there.dataset['keepsLanguage'] = '';
  return there;
}

function choices(): void {
  for (const [name, value, text, english] of CHOICES) {
    const choice = link(name, value, english);
    choice.dataset['text'] = text;
    if ((asked.get(name) ?? '') === value) choice.setAttribute('aria-current', 'true');
    const item = document.createElement('li');
    item.append(choice);
    document.querySelector('#choices')?.append(item);
  }
}

await Promise.all([loadApart(), loadTimeline(), defineMeasure()]);
const only = asked.get('state');
const names = (Object.keys(CANNED_STATES) as CannedName[]).filter((name) => only === null || name === only);
document.documentElement.dataset['scheme'] = asked.get('scheme') ?? '';
choices();
for (const name of names) whole(name);
if (only === null) for (const [tag, states] of Object.entries(PARTS)) alone(tag, states);
else document.querySelector('#alone')?.parentElement?.remove();
followLanguage(document, window, async () => (await import('./strings/states-ko')).ko);
