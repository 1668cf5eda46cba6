/** The words of `<memo-bert>` as a test sees them, and media with a track. */

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import ts from 'typescript';
import type { WordsState } from '../../src';
import { expectPhase, press } from './element';

/** The fake recognition in place of the browser's own, in every page from now on. */
export async function fakeRecognition(page: Page): Promise<void> {
  const source = new URL('../../src/capture/words/testing/fake-recognition.ts', import.meta.url);
  const options = { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } };
  const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), options);
  const script = outputText.replace('export class', 'class');
  await page.addInitScript(`{ ${script}\nwindow.SpeechRecognition = FakeRecognition; }`);
}

/** A run of the microphone alone. */
export async function listenToMicrophone(page: Page): Promise<void> {
  await page.getByTestId('switch-camera').click();
  await press(page, /^start/i);
  await expectPhase(page, 'listening', 110_000);
}

/** Takes a source of words; `typed`, `captions`, `browser`, `in-page`. */
export function choose(page: Page, source: string): Promise<void> {
  return page.getByTestId(`words-${source}`).check({ force: true });
}

/** Keeps every `words` event's state from now on. */
export async function keepWords(page: Page): Promise<void> {
  await page.evaluate(() => {
    const kept: WordsState[] = [];
    Object.assign(window, { keptWords: kept });
    document.querySelector('memo-bert')?.addEventListener('words', ({ detail }) => kept.push(detail));
  });
}

/** As much of a state as leaves the page: of an error its code. */
export type SeenWords = Pick<WordsState, 'status' | 'language' | 'said'> & { readonly error: string | null };

/** All of them, oldest first. */
export function wordsSoFar(page: Page): Promise<SeenWords[]> {
  return page.evaluate(() =>
    (window as unknown as { keptWords: WordsState[] }).keptWords.map(({ status, language, said, error }) => ({
      ...{ status, language, said },
      error: error?.code ?? null,
    })),
  );
}

export async function lastWords(page: Page): Promise<SeenWords | null> {
  return (await wordsSoFar(page)).at(-1) ?? null;
}

export async function said(page: Page): Promise<string> {
  return (await lastWords(page))?.said.map(({ text }) => text).join(' ') ?? '';
}

/** Plays silence with a `<track>`, and takes the words from there; a `vtt` of null is a track that is not there. */
export async function playTrack(page: Page, vtt: string | null): Promise<void> {
  await page.evaluate((text) => {
    const media = document.createElement('audio');
    const track = document.createElement('track');
    const silence = new Uint8Array(44 + 16_000).fill(128);
    silence.set(new TextEncoder().encode('RIFF'));
    const header = new DataView(silence.buffer);
    header.setUint32(4, silence.length - 8, true);
    silence.set(new TextEncoder().encode('WAVEfmt '), 8);
    // 16 bytes of format: PCM, mono, 8 kHz, 8 bit
    [16, 0x0001_0001, 8_000, 8_000, 0x0008_0001].forEach((value, at) =>
      header.setUint32(16 + at * 4, value, true),
    );
    silence.set(new TextEncoder().encode('data'), 36);
    header.setUint32(40, 16_000, true);
    media.src = URL.createObjectURL(new Blob([silence], { type: 'audio/wav' }));
    media.loop = true;
    track.src =
      text === null ? 'no-such-captions.vtt' : URL.createObjectURL(new Blob([text], { type: 'text/vtt' }));
    track.srclang = 'en';
    media.append(track);
    document.body.append(media);
    void media.play();
    const detail = { name: 'words-captions', detail: { track } };
    document.querySelector('memo-bert')?.dispatchEvent(new CustomEvent('memo-request', { detail }));
  }, vtt);
}
