/** A file that is fetched first: what shows meanwhile, what leaves it be and what ends it. */

import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import type { Progress } from '../runtime/progress';
import type { Recogniser } from './recogniser';
import type { FetchFile, NamedFile } from './run';
import { FakeClient, healthyAnswers, MANIFEST, WEBGPU } from './testing/fake-client';
import { settled } from './testing/manual-clock';
import { setUp } from './testing/set-up';

const slowLoad = () => new FakeClient({ ...healthyAnswers(), load: undefined });
const loadAnswer = () => ({ manifest: MANIFEST, backend: WEBGPU });

describe('Recogniser, and a file that is fetched', () => {
  /** One on its way, which the test lets arrive. */
  function onItsWay() {
    const asked: { signal: AbortSignal; tell(progress: Progress): void }[] = [];
    const ends: { come(file: NamedFile): void; fail(error: MemoError): void }[] = [];
    const fetch: FetchFile = (signal, tell) => {
      asked.push({ signal, tell });
      return new Promise((come, fail) => ends.push({ come, fail }));
    };
    const arrive = () => ends[0]!.come({ blob: new Blob(['x']), name: 'x.webm' });
    return { fetch, asked, arrive, fail: (error: MemoError) => ends[0]!.fail(error) };
  }
  const BYTES: Progress = { step: 'fetch', loadedBytes: 1, totalBytes: 2, item: 'x.webm', fraction: 0.5 };

  it('loads the model meanwhile, then shows the file’s own bytes', async () => {
    const { recogniser, clients, openings, source, phases } = setUp(slowLoad);
    const file = onItsWay();
    const started = recogniser.startFetched(file.fetch);
    const { tell } = file.asked[0]!;
    tell(BYTES);
    expect(recogniser.state).toMatchObject({ phase: 'loading', source: 'file', progress: null });
    clients[0]!.tell({ ...BYTES, step: 'ready', loadedBytes: 2, item: 'the model' });
    clients[0]!.take('load').answer(loadAnswer());
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'loading', progress: BYTES });
    tell({ ...BYTES, loadedBytes: 2, fraction: 1 });
    expect(recogniser.state.progress?.fraction).toBe(1);
    file.arrive();
    await settled();
    openings[0]!.arrive(source());
    await started;
    expect(phases).toEqual(['loading', 'warming', 'loading', 'listening']);
    expect(recogniser.state.timeline?.name).toBe('x.webm');
    recogniser.close();
  });

  it('does not mind what is typed, sought or followed meanwhile', async () => {
    const { recogniser, openings, source, clients } = setUp();
    const file = onItsWay();
    const started = recogniser.startFetched(file.fetch);
    recogniser.handle({ name: 'text', detail: { text: 'hello' } });
    recogniser.handle({ name: 'seek', detail: { time: 1 } });
    recogniser.handle({ name: 'follow', detail: { box: { x: 0, y: 0, width: 1, height: 1 } } });
    await settled();
    expect(file.asked[0]!.signal.aborted).toBe(false);
    file.arrive();
    await settled();
    openings[0]!.arrive(source());
    await started;
    await settled();
    expect(recogniser.state.phase).toBe('listening');
    expect(clients[0]!.bodies.text.map(({ texts }) => texts[0]?.text)).toEqual(['hello']);
    recogniser.close();
  });

  it.each([
    ['a stop', (recogniser: Recogniser) => recogniser.stop()],
    ['a newer start', (recogniser: Recogniser) => void recogniser.startActor()],
    ['a close', (recogniser: Recogniser) => recogniser.close()],
  ])('is left by %s, in silence', async (_name, leave) => {
    const { recogniser } = setUp();
    const errors = vi.fn();
    recogniser.addEventListener('error', errors);
    const file = onItsWay();
    const started = recogniser.startFetched(file.fetch);
    leave(recogniser);
    expect(file.asked[0]!.signal.aborted).toBe(true);
    file.fail(new MemoError('aborted', 'stopped', 'again'));
    await started;
    expect(errors).not.toHaveBeenCalled();
    recogniser.close();
  });

  it('that does not come ends the run, and the model stays', async () => {
    const { recogniser, clients } = setUp();
    const file = onItsWay();
    const started = recogniser.startFetched(file.fetch);
    file.fail(new MemoError('file-missing', 'gone', 'look'));
    await expect(started).rejects.toMatchObject({ code: 'file-missing' });
    expect(recogniser.state).toMatchObject({ phase: 'error', source: null });
    expect(clients[0]!.closed).toBe(false);
    recogniser.close();
  });
});
