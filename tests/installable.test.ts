/** What browsers ask of a page that can be installed: https://web.dev/articles/install-criteria. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ko } from '../src/app/strings/ko';

interface Picture {
  readonly src: string;
  readonly sizes: string;
  readonly purpose?: string;
}
const app = JSON.parse(readFileSync('public/app.webmanifest', 'utf8')) as {
  readonly [field: string]: unknown;
  readonly icons: readonly Picture[];
  readonly screenshots: readonly Picture[];
};

describe('app.webmanifest', () => {
  it('is linked, opens the page itself, wherever it lies, in a window of its own', () => {
    expect(readFileSync('index.html', 'utf8')).toContain('<link rel="manifest" href="./app.webmanifest" />');
    expect(app).toMatchObject({
      start_url: './',
      scope: './',
      display: 'standalone',
      short_name: 'memo-bert',
    });
  });

  it('promises that nothing is sent with its one exception, in each language', () => {
    expect(app.description).toMatch(/Nothing is sent, unless .*speech recognition/);
    expect(readFileSync('index.html', 'utf8')).toContain(`content="${String(app.description)}"`);
    expect(ko.description).toMatch(/음성 인식을 켜지 않으면 어디로도 전송하지/);
  });

  it('is called in Korean as the page is', () => {
    const { title, description } = ko;
    expect(app).toMatchObject({
      name_localized: { ko: title },
      description_localized: { ko: description },
    });
  });

  it('has the icons that are asked for, one of them to be cut to any shape', () => {
    const sizes = app.icons.filter(({ purpose }) => purpose === 'any').map((icon) => icon.sizes);
    expect(sizes).toEqual(expect.arrayContaining(['192x192', '512x512']));
    expect(app.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
  });

  it.each([...app.icons, ...app.screenshots])('has $src as it says', ({ src, sizes }) => {
    const data = readFileSync(`public/${src}`);
    // a PNG's header says its size
    const is = src.endsWith('.png') ? `${data.readUInt32BE(16)}x${data.readUInt32BE(20)}` : 'any';
    expect(is).toBe(sizes);
  });
});
