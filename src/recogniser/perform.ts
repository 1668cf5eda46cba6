/** Carries out what the elements ask for; failures are told by state and `error` event. */

import type { BaseRecogniser } from './base-recogniser';
import type { MemoRequest } from './requests';

export function perform(recogniser: BaseRecogniser, request: MemoRequest): void {
  const { name, detail } = request;
  const told = () => undefined; // by the recogniser itself
  switch (name) {
    case 'start':
      recogniser.start(detail).catch(told);
      break;
    case 'start-actor':
      recogniser.startActor().catch(told);
      break;
    case 'start-file':
      recogniser.startFile(detail.file, detail.name).catch(told);
      break;
    case 'text':
      recogniser.setText(detail.text).catch(told);
      break;
    case 'follow':
      recogniser.follow(detail.box).catch(told);
      break;
    case 'seek':
      recogniser.seek(detail.time);
      break;
    case 'stop':
      recogniser.stop();
      break;
    case 'dismiss-error':
      recogniser.dismissError();
      break;
    case 'prompt':
      recogniser.configure(detail).catch(told);
      break;
    case 'prompt-dismiss-error':
      recogniser.dismissPromptError();
      break;
    default:
      if (!performOnMoments(recogniser, request)) recogniser.words.handle(request);
  }
}

/** @returns whether it was such a request */
function performOnMoments(recogniser: BaseRecogniser, request: MemoRequest): boolean {
  const { name, detail } = request;
  const told = () => undefined; // by the state
  switch (name) {
    case 'moment-take':
      recogniser.takeMoment().catch(told);
      return true;
    case 'moment-mask':
      void recogniser.moments.mask(detail);
      return true;
    case 'moment-drop':
      recogniser.moments.drop();
      return true;
    case 'moment-dismiss-error':
      recogniser.moments.dismissError();
      return true;
    default:
      return performOnMarks(recogniser, request);
  }
}

function performOnMarks(recogniser: BaseRecogniser, { name, detail }: MemoRequest): boolean {
  try {
    switch (name) {
      case 'mark':
        recogniser.mark(detail.word);
        return true;
      case 'unmark':
        recogniser.adapter.unmark(detail.index);
        return true;
      case 'adaptation-use':
        recogniser.adapter.use(detail.on);
        return true;
      case 'adaptation-keep':
        recogniser.adapter.keep(detail.kept);
        return true;
      case 'adaptation-clear':
        recogniser.adapter.clear();
        return true;
      case 'adaptation-import':
        recogniser.importAdaptation(detail.file).catch(() => undefined);
        return true;
      case 'adaptation-dismiss-error':
        recogniser.adapter.dismissError();
        return true;
      default:
        return false;
    }
  } catch {
    return true; // told by the state
  }
}
