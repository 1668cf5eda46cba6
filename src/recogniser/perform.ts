/** Carries out what the elements ask for; failures are told by state and `error` event. */

import type { BaseRecogniser } from './base-recogniser';
import type { MemoRequest, RequestMap } from './requests';

/** One for each request. */
export type Steps = {
  readonly [K in keyof RequestMap]: (to: BaseRecogniser, detail: RequestMap[K]) => unknown;
};

const STEPS: Steps = {
  start: (to, wish) => to.start(wish),
  'devices-choose': (to, choice) => to.chooseDevices(choice),
  'start-actor': (to) => to.startActor(),
  'start-file': (to, { file, name }) => to.startFile(file, name),
  text: (to, { text }) => to.setText(text),
  follow: (to, { box }) => to.follow(box),
  seek: (to, { time }) => to.seek(time),
  stop: (to) => to.stop(),
  'dismiss-error': (to) => to.dismissError(),
  prompt: (to, change) => to.configure(change),
  'prompt-dismiss-error': (to) => to.dismissPromptError(),
  'moment-take': (to) => to.takeMoment(),
  'moment-mask': (to, masks) => to.maskMoment(masks),
  'moment-drop': (to) => to.dropMoment(),
  'moment-dismiss-error': (to) => to.dismissMomentError(),
  mark: (to, { word }) => to.mark(word),
  unmark: (to, { index }) => to.adapter.unmark(index),
  'adaptation-use': (to, { on }) => to.adapter.use(on),
  'adaptation-keep': (to, { kept }) => to.adapter.keep(kept),
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

/** Never rejects: the recogniser itself tells of what fails. */
export async function perform(recogniser: BaseRecogniser, request: MemoRequest): Promise<void> {
  // the detail is that of its name; the union of all pairs is more than TypeScript follows
  const step = STEPS[request.name] as (to: BaseRecogniser, detail: unknown) => unknown;
  try {
    await step(recogniser, request.detail);
  } catch {
    // see above
  }
}
