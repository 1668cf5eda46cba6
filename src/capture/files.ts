/** What only a media file needs; fetched when somebody gives one. */

export { openFile } from './file-source';
