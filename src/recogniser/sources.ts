/** How the recogniser opens each kind of source; a table, so that tests can bring their own. */

import { openDevices, openFile, openStream, type DeviceRequest, type Source } from '../capture';

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

export const browserSources: SourceOpeners = {
  devices: openDevices,
  // drawings and lines that most pages never show: fetched when somebody asks for them
  actor: async (request, signal) => (await import('../capture/actor')).openActor(request, signal),
  file: openFile,
  stream: openStream,
};
