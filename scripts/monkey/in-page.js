/** In the page: a visitor and an author who do anything in any order to a `<memo-bert>`, and what must hold meanwhile and afterwards. */

/* global DataTransfer, DragEvent, Event, File, InputEvent, KeyboardEvent, customElements, document, innerWidth, watched */
const TEXTS = [
  'well',
  'I am [MASK] now',
  'no mask',
  '[MASK] [MASK]',
  'bored, excited',
  'xyzzyq, sad',
  '',
  'happy',
];
const KEYS = ['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Escape', 'Enter', ' '];
/** Those save a file or open a dialog: a page cannot do that by itself. */
const DIALOGS = /save|export|choose|open-file|^file$/;
const ODD = /NaN|undefined|\[object|Infinity/;
const HANGS_AFTER_MS = 60_000;

/**
 * @param {{ seed: number, length: number, bundle: string, films: readonly string[] }} run `films`: addresses
 * @returns {Promise<{ done: string[], wrong: string[] }>}
 */
export async function monkey({ seed, length, bundle, films }) {
  await customElements.whenDefined('memo-bert');
  const { chance, pick } = randomOf(seed);
  const files = await Promise.all(films.map(fileAt));
  const [done, wrong] = [[], []];
  const element = document.querySelector('memo-bert');
  const home = element.parentElement;
  element.bundle = bundle;

  /** What an author's call rejects with is the element's to tell; anything but its own error is a fault. */
  const called = (promise) =>
    promise?.catch(
      (error) => error?.name === 'MemoError' || wrong.push(`rejected: ${error?.stack ?? error}`),
    );
  const among = (selector) =>
    deep(element.shadowRoot).filter((found) => found.matches(selector) && isShown(found) && !found.disabled);
  const press = (found, key) => {
    for (const type of ['keydown', 'keyup'])
      found.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, composed: true, cancelable: true }));
  };

  const visitor = {
    click() {
      const found = pick(among('button, summary, input[type=checkbox], input[type=radio]'));
      const name = found?.dataset.testid ?? found?.textContent.trim();
      if (found !== undefined && !DIALOGS.test(name)) found.click();
      return name;
    },
    type() {
      const found = pick(among('input[type=text], input:not([type]), textarea, input[type=range]'));
      if (found === undefined) return undefined;
      found.value = found.type === 'range' ? String(chance() * Number(found.max || 1)) : pick(TEXTS);
      found.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
      found.dispatchEvent(new Event('change', { bubbles: true }));
      if (chance() < 0.5) press(found, 'Enter');
      return found.value;
    },
    key() {
      const found = pick(among('button, [tabindex], [role=slider]'));
      const key = pick(KEYS);
      if (found !== undefined && !DIALOGS.test(found.dataset.testid)) press(found, key);
      return key;
    },
    drop() {
      const dataTransfer = new DataTransfer();
      const file = pick(files);
      dataTransfer.items.add(file);
      for (const type of ['dragenter', 'dragover', 'drop'])
        element.dispatchEvent(
          new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true }),
        );
      return file.name;
    },
    wait: () => after(chance() * 800),
  };
  const author = {
    start: () => void called(element.start()),
    actor: () => element.handle({ name: 'start-actor', detail: {} }),
    stop: () => element.stop(),
    load: () => void called(element.load()),
    analyse: () => void called(element.analyse(pick(files))),
    address: () => void called(element.analyse(pick([...films, './nowhere.mp4']))),
    src: () => (element.src = pick([...films, './nowhere.mp4', null])),
    prompt: () => (element.prompt = pick([...TEXTS, 'It was [MASK].', null])),
    labels: () => (element.labels = pick([['bored', 'excited'], ['xyzzyq', 'sad'], 'happy', null, []])),
    modalities: () => (element.modalities = pick(['text', 'face voice', 'face', 'smell', null])),
    device: () => (element.device = pick(['wasm', 'auto', 'webgpu', 'abacus'])),
    rates: () => Object.assign(element, { rateFace: pick([1, 99, 'x', null]), saver: chance() < 0.5 }),
    bundle: () => (element.bundle = pick([bundle, bundle, './nowhere/manifest.json', ''])),
    language: () => (element.lang = pick(['en', 'ko', 'xx'])),
    async remove() {
      element.remove();
      await after(chance() * 50);
      home.append(element);
    },
    move() {
      home.append(document.createElement('div'));
      home.lastElementChild.append(element);
      home.lastElementChild.replaceWith(element);
    },
  };
  for (let step = 0; step < length; step += 1) {
    const does = chance() < 0.5 ? visitor : author;
    const name = pick(Object.keys(does));
    try {
      const about = await does[name]();
      done.push(about === undefined ? name : `${name} ${about}`);
    } catch (error) {
      wrong.push(`${name} threw: ${error?.stack ?? error}`);
    }
    if (chance() < 0.6) await after(chance() * 250);
    wrong.push(...oddities(element).map((odd) => `after ${done.at(-1)}: ${odd}`));
  }

  // whatever it was: with everything as at first it starts, and lets all go
  if (!element.isConnected) home.append(element);
  const plain = {
    prompt: null,
    labels: null,
    modalities: null,
    src: null,
    device: 'wasm',
    rateFace: null,
    saver: false,
  };
  Object.assign(element, { bundle, ...plain });
  await after(100);
  element.stop();
  await after(100);
  const answered = new Promise((resolve) =>
    element.addEventListener('estimate', ({ detail }) => detail.provisional !== true && resolve(true)),
  );
  element.handle({ name: 'start-actor', detail: {} });
  if (!(await Promise.race([answered, after(HANGS_AFTER_MS)])))
    wrong.push(`no answer after all: ${known(element)}`);
  element.stop();
  await after(500);
  wrong.push(...left('a stop', ['sounds', 'tracks']));
  element.remove();
  await after(2000);
  wrong.push(...left('its removal', ['sounds', 'tracks', 'addresses', 'workers']));
  return { done, wrong: [...wrong, ...watched.errors] };
}

/** The same numbers for the same seed, by mulberry32. */
function randomOf(seed) {
  let state = seed;
  const chance = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { chance, pick: (list) => list[Math.floor(chance() * list.length)] };
}

async function fileAt(address) {
  const blob = await (await fetch(address)).blob();
  return new File([blob], address.slice(address.lastIndexOf('/') + 1));
}

function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Everything in it and in the shadows below. */
function deep(root) {
  return [...root.querySelectorAll('*')].flatMap((found) =>
    found.shadowRoot === null ? [found] : [found, ...deep(found.shadowRoot)],
  );
}

function isShown(found) {
  return found.getBoundingClientRect().width > 0 && found.checkVisibility?.() !== false;
}

/** What no visitor should see, or hear of. */
function oddities(element) {
  if (!element.isConnected) return [];
  const all = deep(element.shadowRoot).filter((found) => found.localName !== 'style');
  const written = all.flatMap((found) => [
    found.childElementCount === 0 ? found.textContent : '',
    ...[...found.attributes].map(({ name, value }) => `${found.localName} ${name}=${value}`),
  ]);
  const { scrollWidth } = document.documentElement;
  const wide = scrollWidth > innerWidth + 1 ? [`${scrollWidth} px wide`] : [];
  return [...written.filter((text) => ODD.test(text)).map((text) => text.slice(0, 200)), ...wide];
}

function known(element) {
  let state;
  element.subscribe((each) => (state = each))();
  const { phase, conditions, error } = state;
  return JSON.stringify({ phase, conditions, error: error?.message });
}

/** What is still open that should not be. */
function left(when, names) {
  const { live } = watched;
  for (const track of live.tracks) if (track.readyState === 'ended') live.tracks.delete(track);
  return names
    .filter((name) => live[name].size > 0)
    .map((name) => `${live[name].size} ${name} left after ${when}`);
}
