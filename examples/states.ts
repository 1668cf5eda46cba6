/**
 * Every part in every state worth looking at, without devices or weights: `?lang=ko`, `?scheme=dark`, and `?state=error` for one
 * alone. Tests and people look at the same page.
 */

import { followLanguage } from '../src/app/language';
import {
  defineDevices,
  defineMeasure,
  loadApart,
  loadTimeline,
  MemoBert,
  type MemoControls,
  type MemoMeasure,
  type MemoSpan,
} from '../src/elements';
import type { BaseElement } from '../src/elements/base-element';
import {
  CANNED_MEASUREMENT,
  CANNED_MOMENT,
  CANNED_STATES,
  CannedRecogniser,
  figure,
  type CannedName,
} from '../src/elements/testing';
import { MemoError } from '../src/errors';
import type { RecogniserState } from '../src/recogniser';

/** A look that is not, or not only, the recogniser's state. */
interface Own {
  readonly name: string;
  readonly state?: CannedName;
  readonly set: Partial<MemoControls> | Partial<MemoMeasure> | Partial<MemoSpan>;
  /** Its button is pressed. */
  readonly press?: true;
}

const FACE = { moments: CANNED_MOMENT.face, label: 'Face' };
const unfetched = new MemoError(
  'file-missing',
  'memobert.onnx could not be fetched: the server answered 404.',
  'Copy the whole bundle to the server.',
);

/** Where each part looks different. */
const PARTS: Readonly<Record<string, readonly (CannedName | Own)[]>> = {
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
  'memo-controls': [
    ...(['idle', 'listening', 'listening-cpu', 'actor', 'file-under-way', 'file'] as const),
    ...(['camera-missing', 'microphone-busy', 'taken-away'] as const),
    { name: 'given', state: 'idle', set: { given: true } },
  ],
  'memo-words': ['idle', 'words-captions', 'words-browser', 'words-loading', 'words-heard'],
  'memo-bars': ['idle', 'first-impression', 'listening', 'listening-cpu', 'unsure'],
  'memo-timeline': ['idle', 'file-under-way', 'file'],
  'memo-export': ['idle', 'file'],
  'memo-modalities': ['idle', 'listening', 'listening-cpu', 'unsure'],
  'memo-evidence': [
    ...(['idle', 'listening', 'listening-cpu'] as const),
    ...(['camera-missing', 'microphone-busy', 'taken-away', 'nothing-arrives'] as const),
  ],
  'memo-wording': ['listening', 'asked-otherwise'],
  'memo-playground': [
    ...(['idle', 'listening', 'taking-moment', 'masked', 'filling-in'] as const),
    ...(['unfilled', 'without-heads'] as const),
  ],
  'memo-adaptation': ['idle', 'listening', 'masked', 'marked'],
  'memo-devices': ['idle', 'listening', 'camera-missing'],
  'memo-rates': ['listening', 'file'],
  'memo-measure': [
    { name: 'idle', set: {} },
    { name: 'measuring', set: { measure: (_options, { tell } = {}) => underWay(tell) }, press: true },
    { name: 'measured', set: { measurement: CANNED_MEASUREMENT } },
    { name: 'failed', set: { measure: () => Promise.reject(unfetched) }, press: true },
  ],
  'memo-span': [
    { name: 'all-shown', set: FACE },
    { name: 'hidden', set: { ...FACE, span: { from: 8, to: 15 } } },
  ],
};
/** As a whole these look like `listening`: they show behind a line that is opened. */
const BEHIND_A_LINE: readonly CannedName[] = [
  ...(['masked', 'taking-moment', 'filling-in', 'unfilled', 'without-heads', 'marked'] as const),
  'asked-otherwise',
];
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

/** A measurement that stays in its third round. */
function underWay(tell?: (round: number, rounds: number) => void): Promise<never> {
  tell?.(3, 20);
  return new Promise<never>(() => undefined);
}

function alone(tag: string, looks: readonly (CannedName | Own)[]): void {
  const title = Object.assign(document.createElement('h3'), { lang: 'en', textContent: `<${tag}>` });
  const cells = Object.assign(document.createElement('div'), { className: 'cells' });
  for (const look of looks) {
    const own: Own = typeof look === 'string' ? { name: look, state: look, set: {} } : look;
    const cell = Object.assign(document.createElement('div'), { className: 'cell' });
    const part = document.createElement(tag) as BaseElement;
    Object.assign(part, own.set);
    if (own.state !== undefined) part.store = canned(own.state);
    cell.append(Object.assign(document.createElement('h4'), { lang: 'en', textContent: own.name }), part);
    cells.append(cell);
    void opened(part, own);
  }
  document.querySelector('#parts')?.append(title, cells);
}

/** With all that it keeps behind a line. */
async function opened(part: BaseElement, { press }: Own): Promise<void> {
  await part.updateComplete;
  if (press === true) part.renderRoot.querySelector('button')?.click();
  for (const line of part.renderRoot.querySelectorAll('details')) line.open = true;
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

await Promise.all([loadApart(), loadTimeline(), defineDevices(), defineMeasure()]);
const only = asked.get('state');
const names = (Object.keys(CANNED_STATES) as CannedName[]).filter((name) =>
  only === null ? !BEHIND_A_LINE.includes(name) : name === only,
);
document.documentElement.dataset['scheme'] = asked.get('scheme') ?? '';
choices();
for (const name of names) whole(name);
if (only === null) for (const [tag, states] of Object.entries(PARTS)) alone(tag, states);
else document.querySelector('#alone')?.parentElement?.remove();
followLanguage(document, window, async () => (await import('./strings/states-ko')).ko);
