/** The visitor's camera and microphone. */

import { askForDevices, type DeviceRequest } from './devices';
import type { Source } from './source';
import { StreamSource } from './stream-source';

/** Asks, then reads what was granted; rejects with a MemoError when nothing was. */
export async function openDevices(request: DeviceRequest, signal: AbortSignal): Promise<Source> {
  const { camera, microphone } = await askForDevices(request, signal);
  return StreamSource.read('devices', { camera: camera.track, microphone: microphone.track }, signal, {
    camera: camera.status,
    microphone: microphone.status,
  });
}
