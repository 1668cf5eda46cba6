/** What is captured at this moment, as the preview says it. */

import type { RecogniserState } from '../recogniser';
import { strings } from './strings';

export interface LivePill {
  readonly text: string;
  /** A device of the visitor's is on. */
  readonly recording: boolean;
}

type Facts = Pick<RecogniserState, 'source' | 'camera' | 'microphone' | 'phase'>;

export function livePills({ source, camera, microphone, phase }: Facts): readonly LivePill[] {
  if (phase === 'idle' || phase === 'error') return [];
  switch (source) {
    case 'devices':
      return (['camera', 'microphone'] as const)
        .filter((device) => ({ camera, microphone })[device] === 'live')
        .map((device) => ({ text: strings.preview[device], recording: true }));
    case 'actor':
    case 'file':
    case 'stream':
      return [{ text: strings.preview[source], recording: false }];
    case 'push':
      return [{ text: strings.preview.stream, recording: false }];
    default:
      return [];
  }
}
