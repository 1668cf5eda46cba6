/** How the recogniser opens each kind of source; a table, so that tests can bring their own. */

import type { DeviceRequest, Source } from '../capture';
import { lateScript } from '../late-script';

export interface ActorRequest {
  /** Folder with the actor's speech; ends with a slash. */
  readonly base: string;
  /** Also plays the voice on the speakers. */
  readonly audible: boolean;
}

/** Each rejects with a MemoError, and stops what it had opened when `signal` aborts. */
export interface SourceOpeners {
  devices(request: DeviceRequest, signal: AbortSignal): Promise<Source>;
  actor(request: ActorRequest, signal: AbortSignal): Promise<Source>;
  file(blob: Blob, name: string, signal: AbortSignal): Promise<Source>;
  stream(stream: MediaStream, signal: AbortSignal): Promise<Source>;
}

const live = () => lateScript(() => import('../capture/live'));

export const browserSources: SourceOpeners = {
  // each is fetched when somebody asks for it
  devices: async (request, signal) => (await live()).openDevices(request, signal),
  actor: async (request, signal) => {
    const { openActor } = await lateScript(() => import('../capture/actor'));
    return openActor(request, signal);
  },
  file: async (blob, name, signal) => {
    const { openFile } = await lateScript(() => import('../capture/files'));
    return openFile(blob, name, signal);
  },
  stream: async (stream, signal) => (await live()).openStream(stream, signal),
};
