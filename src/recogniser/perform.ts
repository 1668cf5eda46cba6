/** Carries out what the elements ask for; failures are told by state and `error` event. */

import type { Recogniser } from './recogniser';
import type { MemoRequest } from './requests';

export function perform(recogniser: Recogniser, request: MemoRequest): void {
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
    default:
      recogniser.words.handle(request);
  }
}
