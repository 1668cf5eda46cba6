/** Camera and microphone, as the switches and the choice of them name them. */

import type { Modality } from '../memobert/estimate';

export type Device = 'camera' | 'microphone';
export const DEVICES: readonly Device[] = ['camera', 'microphone'];
/** What each device is there for. */
export const GIVES: Record<Device, Modality> = { camera: 'face', microphone: 'voice' };
