/** How the recogniser opens each kind of source; a table, so that tests can bring their own. */

import type { DeviceRequest, DevicesSoFar, Source } from '../capture';
import { lateScript } from '../late-script';

export interface ActorRequest {
  /** Folder with the actor's speech; ends with a slash. */
  readonly base: string;
  /** Also plays the voice on the speakers. */
  readonly audible: boolean;
}

/** Each rejects with a MemoError, and stops what it had opened when `signal` aborts. */
export interface SourceOpeners {
  /** @param told of each device's answer, while the other one is still asked for */
  devices(request: DeviceRequest, signal: AbortSignal, told: (answer: DevicesSoFar) => void): Promise<Source>;
  actor(request: ActorRequest, signal: AbortSignal): Promise<Source>;
  file(blob: Blob, name: string, signal: AbortSignal): Promise<Source>;
  stream(stream: MediaStream, signal: AbortSignal): Promise<Source>;
}

export const browserSources: SourceOpeners = {
  // each is fetched when somebody asks for it
  devices: async (...asked) => (await lateScript(() => import('../capture/live'))).openDevices(...asked),
  actor: async (...asked) => (await lateScript(() => import('../capture/actor'))).openActor(...asked),
  file: async (...asked) => (await lateScript(() => import('../capture/files'))).openFile(...asked),
  stream: async (...asked) =>
    (await lateScript(() => import('../capture/callers-stream'))).openStream(...asked),
};
