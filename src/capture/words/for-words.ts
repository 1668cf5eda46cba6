/**
 * Which dropped files are read as words: captions by their names, and by their types what nobody plays. Reading them ends nothing
 * that runs, and says why it cannot be. Of a file without a type only its opening tells.
 */

const FOR_WORDS = /^(image|text|font|\S*(pdf|zip|word|doc|json))|\.(vtt|srt)$/i;

export function isForWords({ name, type }: Pick<File, 'name' | 'type'>): boolean {
  return FOR_WORDS.test(`${type} ${name}`);
}
