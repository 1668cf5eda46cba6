/** What only a camera or a microphone needs; fetched when somebody starts one. */

export { openDevices } from './device-source';
