/** Which files are captions, by their names alone. */

const FILE_NAME = /\.(vtt|srt)$/i;

export function isCaptionFile(name: string): boolean {
  return FILE_NAME.test(name);
}
