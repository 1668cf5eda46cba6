import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { matchesIntegrity, parseIntegrity } from './sri';

const data = new TextEncoder().encode('{"format":1}');
const hash = (algorithm: string) => `${algorithm}-${createHash(algorithm).update(data).digest('base64')}`;
const WRONG = `sha256-${'A'.repeat(43)}=`;

async function matches(text: string): Promise<boolean> {
  const integrity = parseIntegrity(text);
  return integrity !== null && matchesIntegrity(data, integrity);
}

describe('integrity', () => {
  it.each(['sha256', 'sha384', 'sha512'])('%s is known', async (algorithm) => {
    expect(await matches(hash(algorithm))).toBe(true);
  });

  it('any of several of one kind will do', async () => {
    expect(await matches(`${WRONG}  ${hash('sha256')}\n`)).toBe(true);
  });

  it('the strongest decides', async () => {
    expect(await matches(`${hash('sha256')} sha512-${'A'.repeat(86)}==`)).toBe(false);
    expect(await matches(`${WRONG} ${hash('sha384')}`)).toBe(true);
  });

  it('another hash does not match', async () => {
    expect(await matches(WRONG)).toBe(false);
  });

  it.each(['', 'sha256', 'md5-abcd', 'sha256-', 'sha256-§', 'SHA256-AAAA'])('"%s" names none', (text) => {
    expect(parseIntegrity(text)).toBeNull();
  });

  it('options after a question mark are passed over, as browsers do', async () => {
    expect(await matches(`${hash('sha256')}?ct=application/json`)).toBe(true);
  });
});
