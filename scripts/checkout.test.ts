/** What git makes of the repository elsewhere: the same bytes, under names that every file system can tell apart. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDERS = ['bench', 'bin', 'docs', 'examples', 'public', 'scripts', 'src', 'tests'];
const paths = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => !/\/(?:node_modules|generated)\//.test(path)),
);

describe('a checkout with core.autocrlf=true', () => {
  const rules = readFileSync('.gitattributes', 'utf8').split('\n');

  it('ends lines as the repository does: the model’s files and the licence are known by their hashes', () => {
    expect(rules).toContain('* text=auto eol=lf');
    // of every kind of text that is hashed or compared
    for (const path of ['LICENSE', 'README.md', 'public/models/small/tokenizer.json', 'scripts/start.mjs'])
      expect(readFileSync(path).includes('\r\n')).toBe(false);
  });

  it.each(['mp3', 'onnx', 'png'])('leaves %s alone', (ending) => {
    expect(paths.some((path) => path.endsWith(`.${ending}`))).toBe(true);
    expect(rules).toContain(`*.${ending} binary`);
  });
});

describe('names', () => {
  it('are more than one without regard to case', () => {
    const lower = paths.map((path) => path.toLowerCase());
    expect(paths.filter((path, index) => lower.indexOf(path.toLowerCase()) !== index)).toEqual([]);
  });

  it('are such as Windows can have', () => {
    const forbidden = /[<>:"|?*\\]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\/|$)/i;
    expect(paths.length).toBeGreaterThan(500);
    expect(paths.filter((path) => forbidden.test(path) || path.length > 120)).toEqual([]);
  });
});
