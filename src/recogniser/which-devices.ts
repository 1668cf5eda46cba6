/** Which camera and which microphone are meant where it says merely that there should be one. */

import type { DeviceRequest } from '../capture';
import type { RecogniserState } from './state';

/** @param wish unless said: those that are on, or should be */
export function whichDevices(
  { chosen, ...now }: Pick<RecogniserState, 'chosen' | 'camera' | 'microphone'>,
  wish: DeviceRequest = { camera: now.camera !== 'off', microphone: now.microphone !== 'off' },
): DeviceRequest {
  const { camera, microphone } = wish;
  return {
    camera: (camera === true && chosen.camera) || camera,
    microphone: (microphone === true && chosen.microphone) || microphone,
  };
}
