/** A page that is hidden, or without a network: what rests, and what goes on. */

import { describe, expect, it, vi } from 'vitest';
import { ReaderSource } from '../capture/reader-source';
import { FakeRecognition } from '../capture/words/testing/fake-recognition';
import { eventually } from '../testing/eventually';
import { FakeReader } from './testing/fake-reader';
import { listening, setUp } from './testing/set-up';

describe('Recogniser, and its page', () => {
  it('pauses while hidden and tells offline', async () => {
    const { recogniser, page, live, clock, clients } = await listening();
    page.set({ hidden: true });
    expect(recogniser.state.phase).toBe('paused');
    expect(live.running).toBe(false);
    await clock.advance(500);
    const asked = clients[0]!.kinds.length;
    await clock.advance(3000);
    expect(clients[0]!.kinds.length).toBe(asked);
    page.set({ hidden: false, online: false });
    expect(recogniser.state).toMatchObject({ phase: 'listening', conditions: ['offline'] });
    expect(live.running).toBe(true);
    recogniser.close();
  });

  it('does not listen to words while it is paused', async () => {
    vi.stubGlobal('SpeechRecognition', FakeRecognition);
    const { recogniser, page } = await listening();
    recogniser.words.choose('browser');
    recogniser.words.start();
    const status = () => recogniser.state.words.status;
    await eventually(() => expect(status()).toBe('listening'));
    page.set({ hidden: true });
    expect([recogniser.state.phase, status()]).toEqual(['paused', 'off']);
    expect(FakeRecognition.started[0]?.aborted).toBe(true);
    page.set({ hidden: false });
    await eventually(() => expect(status()).toBe('listening'));
    recogniser.close();
    vi.unstubAllGlobals();
  });

  it('reads a file on while hidden', async () => {
    const { recogniser, page, openings } = setUp();
    const started = recogniser.startFile(new Blob(['x']), 'x.webm');
    openings[0]!.arrive(new ReaderSource(new FakeReader(6)));
    await started;
    page.set({ hidden: true });
    expect(recogniser.state.phase).toBe('listening');
    await eventually(() => expect(recogniser.state.phase).toBe('idle'));
    expect(recogniser.state.timeline?.estimates.at(-1)?.time).toBe(recogniser.state.timeline?.seconds);
    recogniser.close();
  });

  it('starts paused in a hidden page', async () => {
    const { recogniser, page, openings, source } = setUp();
    page.set({ hidden: true });
    const started = recogniser.start();
    const live = source();
    openings[0]!.arrive(live);
    await started;
    expect([recogniser.state.phase, live.running]).toEqual(['paused', false]);
    recogniser.close();
  });
});
