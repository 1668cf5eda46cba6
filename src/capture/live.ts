/** What only a camera, a microphone or a stream needs; fetched when somebody starts one. */

export { openDevices } from './device-source';
export { openStream } from './stream-source';
