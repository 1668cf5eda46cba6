/** Carries out what the elements ask for; failures are told by state and `error` event. */

import type { DeviceRequest } from '../capture';
import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import type { BaseRecogniser } from './base-recogniser';
import type { MemoRequest, RequestMap } from './requests';

/** One for each request. */
export type Steps = {
  readonly [K in keyof RequestMap]: (to: BaseRecogniser, detail: RequestMap[K]) => unknown;
};

const STEPS: Steps = {
  start: (to, wish) => to.start(wish),
  'devices-choose': (to, choice) => to.chooseDevices(kind(choice, 'object')),
  'start-actor': (to) => to.startActor(),
  'start-file': (to, { file, name }) => to.startFile(file, name),
  text: (to, { text }) => to.setText(text),
  follow: (to, { box }) => (kind(box.x, 'number'), to.follow(box)),
  seek: (to, { time }) => to.seek(kind(time, 'number')),
  stop: (to) => to.stop(),
  'dismiss-error': (to) => to.dismissError(),
  prompt: (to, change) => to.configure(kind(change, 'object')),
  'prompt-dismiss-error': (to) => to.dismissPromptError(),
  'moment-take': (to) => to.takeMoment(),
  'moment-mask': (to, masks) => to.maskMoment(masks),
  'moment-drop': (to) => to.dropMoment(),
  'moment-dismiss-error': (to) => to.dismissMomentError(),
  mark: (to, { word }) => to.mark(word),
  unmark: (to, { index }) => to.adapter.unmark(kind(index, 'number')),
  'adaptation-use': (to, { on }) => to.adapter.use(kind(on, 'boolean')),
  'adaptation-keep': (to, { kept }) => to.adapter.keep(kind(kept, 'boolean')),
  'adaptation-clear': (to) => to.adapter.clear(),
  'adaptation-import': (to, { file }) => to.importAdaptation(file),
  'adaptation-dismiss-error': (to) => to.adapter.dismissError(),
  'words-choose': ({ words }, { source }) => words.told(() => words.choose(source)),
  'words-start': ({ words }) => words.start(),
  'words-stop': ({ words }) => words.stop(),
  'words-captions': ({ words }, detail) =>
    'track' in detail
      ? words.track(detail.track)
      : words.told(() => words.captions(detail.file, detail.name, detail.language)),
  'words-dismiss-error': ({ words }) => words.dismissError(),
};

/**
 * Never rejects: the recogniser itself tells of what fails, and what is no request is told here.
 * @param switches what a start asks for is taken up by the devices that run
 */
export async function perform(
  recogniser: BaseRecogniser,
  request: MemoRequest,
  switches: (wish: DeviceRequest) => boolean,
): Promise<void> {
  try {
    const { name, detail } = request;
    if (name === 'start' && switches(detail)) return;
    // an own one: every object has a `constructor`
    const step = kind(Object.hasOwn(STEPS, name) && STEPS[name], 'function');
    // the detail is that of its name; the union of all pairs is more than TypeScript follows
    await (step as (to: BaseRecogniser, detail: unknown) => unknown)(recogniser, detail);
  } catch (thrown) {
    if (thrown instanceof MemoError) return; // told
    const detail = await lateScript(() => import('./given')).then(
      ({ refusal }) => refusal(request, thrown),
      (missing: unknown) => missing,
    );
    recogniser.dispatchEvent(new CustomEvent('error', { detail }));
  }
}

/** @throws TypeError for another kind: nothing else would tell of it */
function kind<T>(value: T, wanted: string): T {
  if (typeof value !== wanted) throw new TypeError();
  return value;
}
