/** A model that comes part by part: what is there is used, and the rest takes over. */

import { describe, expect, it, vi } from 'vitest';
import type { MediaReader } from '../capture';
import { ReaderSource } from '../capture/reader-source';
import { MemoError } from '../errors';
import type { Estimate } from '../memobert/estimate';
import type { EarlyRole } from '../runtime/manifest';
import { estimateAt, FakeClient, healthyAnswers, MANIFEST, WEBGPU } from './testing/fake-client';
import { FakeSource } from './testing/fake-source';
import { settled } from './testing/manual-clock';
import { setUp } from './testing/set-up';
import { eventually } from '../testing/eventually';

/** Live devices cannot rest. */
class LiveSource extends FakeSource {
  constructor(nowMs: () => number) {
    super(nowMs);
    Reflect.set(this, 'setRunning', undefined);
  }
}

const SILENT_FILE: MediaReader = {
  ...{ name: 'clip.webm', seconds: 1, hasPicture: true, hasSound: true },
  leftOut: { picture: false, sound: false },
  async *frames() {
    // none can be decoded
  },
  async *samples() {
    // nor any sound
  },
  close: () => undefined,
};
const FIRST: Estimate = { ...estimateAt(0), probabilities: [0.5, 0.5], provisional: true };
const answer = () => ({ manifest: MANIFEST, backend: WEBGPU });

/** Devices are there, the model is on its way: `come` brings its next part. */
async function loading(wish: Parameters<typeof setUp>[1] = {}) {
  await import('./with-model'); // read from disk once, which takes longer than a test waits
  const parts = setUp(() => {
    const answers = { ...healthyAnswers(), load: undefined, part: undefined };
    return new FakeClient({ ...answers, estimate: ({ time }) => ({ ...FIRST, time }) });
  }, wish);
  const { clock, clients, openings, recogniser } = parts;
  const source = new LiveSource(() => clock.now());
  const started = recogniser.start();
  openings[0]!.arrive(source);
  await settled();
  const client = clients[0]!;
  const come = async (role: EarlyRole) => {
    const asked = client.take('part');
    expect(asked.body).toEqual({ role });
    asked.answer(answer());
    await settled();
  };
  const comeWhole = async () => {
    client.answers.estimate = ({ time }) => estimateAt(time);
    client.take('load').answer(answer());
    await started;
  };
  return { ...parts, source, started, client, come, comeWhole };
}

describe('while the model loads', () => {
  it('faces are looked at once that can be done; the voice follows, and then all of it', async () => {
    const { client, clock, recogniser, source, come, comeWhole } = await loading();
    const estimates = vi.fn();
    recogniser.addEventListener('estimate', estimates);
    await clock.advance(1000);
    expect(client.count('face')).toBe(0);
    await come('face');
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ phase: 'loading', estimate: { provisional: true } });
    expect(client.count('face')).toBeGreaterThan(1);
    source.fire('samples', { samples: new Float32Array([0.5]), sampleRateHz: 48_000, time: 0 });
    expect([client.count('samples'), client.count('voice')]).toEqual([0, 0]);
    await come('voice');
    source.fire('samples', { samples: new Float32Array([0.5]), sampleRateHz: 48_000, time: 0 });
    await clock.advance(2000);
    expect(client.count('samples')).toBe(1);
    expect(client.count('voice')).toBeGreaterThan(0);
    await comeWhole();
    await clock.advance(1000);
    expect(recogniser.state.phase).toBe('listening');
    expect(recogniser.state.estimate?.provisional).toBeUndefined();
    // what was seen before counts
    expect(client.count('reset')).toBe(1);
    // only MEmoBERT's own are told and kept
    const told = estimates.mock.calls.map(([event]) => (event as CustomEvent<Estimate>).detail);
    expect(told.length).toBeGreaterThan(0);
    expect(told.some(({ provisional }) => provisional)).toBe(false);
    expect(recogniser.state.timeline?.estimates.some(({ provisional }) => provisional)).toBe(false);
    recogniser.close();
  });

  it('spares the load: four looks a second at most, whatever was asked for', async () => {
    const { client, clock, recogniser, come } = await loading({ rates: { face: 10 } });
    await come('face');
    await clock.advance(2000);
    expect(client.count('face')).toBeLessThanOrEqual(9);
    recogniser.close();
  });

  it('and they stay so few when other rates are set meanwhile, which hold once all is there', async () => {
    const { client, clock, recogniser, come, comeWhole } = await loading();
    await come('face');
    await recogniser.configure({ rates: { face: 10 } });
    await clock.advance(2000);
    expect(client.count('face')).toBeLessThanOrEqual(9);
    await comeWhole();
    const before = client.count('face');
    await clock.advance(2000);
    expect(client.count('face') - before).toBeGreaterThan(15);
    recogniser.close();
  });

  it('in a hidden page nobody is looked at', async () => {
    const { client, clock, page, recogniser, come } = await loading();
    page.set({ hidden: true });
    await come('face');
    await clock.advance(1000);
    expect(client.count('face')).toBe(0);
    page.set({ hidden: false });
    await clock.advance(1000);
    expect(client.count('face')).toBeGreaterThan(1);
    recogniser.close();
  });

  it('what fails before all is there is the load’s to tell, and the start goes on', async () => {
    const { client, clock, recogniser, come, comeWhole } = await loading();
    client.answers.face = () => {
      throw new MemoError('aborted', 'The graph was closed.', 'wait');
    };
    await come('face');
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ phase: 'loading', error: null });
    client.answers.face = healthyAnswers().face!;
    await comeWhole();
    await clock.advance(500);
    expect(recogniser.state.phase).toBe('listening');
    recogniser.close();
  });

  it('a load that fails takes the first impression back', async () => {
    const { client, clock, recogniser, started, come } = await loading();
    await come('face');
    await clock.advance(1000);
    expect(recogniser.state.estimate).not.toBeNull();
    client.take('load').fail(new MemoError('file-missing', 'gone', 'look'));
    await expect(started).rejects.toMatchObject({ code: 'file-missing' });
    expect(recogniser.state).toMatchObject({ phase: 'error', estimate: null, faces: [] });
    const asked = client.kinds.length;
    await clock.advance(2000);
    expect(client.kinds.length).toBe(asked);
  });

  it('a stop ends it', async () => {
    const { client, clock, recogniser, source, come } = await loading();
    await come('face');
    await clock.advance(500);
    recogniser.stop();
    expect(source.closes).toBe(1);
    expect(client.kinds.at(-1), 'what it heard goes with it').toBe('forget');
    const asked = client.kinds.length;
    await clock.advance(2000);
    expect(client.kinds.length).toBe(asked);
    expect(recogniser.state.estimate).toBeNull();
  });

  it.each([
    ['own label words', { labels: ['bored', 'excited'] }],
    ['the face left out', { modalities: ['voice'] as const }],
  ])('with %s there is no first impression of the face', async (_, wish) => {
    const { clock, recogniser, come } = await loading(wish);
    await come('face');
    await clock.advance(1000);
    expect(recogniser.state).toMatchObject({ phase: 'loading', estimate: null });
    recogniser.close();
  });

  it('marks nothing as right', async () => {
    const { clock, recogniser, come } = await loading();
    await come('face');
    await clock.advance(1000);
    expect(() => recogniser.mark('happy')).toThrow(expect.objectContaining({ code: 'moment-missing' }));
    recogniser.close();
  });

  it('stays in the phase of loading while anything is still to come', async () => {
    const { client, recogniser } = await loading();
    client.tell({ step: 'verify', loadedBytes: 1, totalBytes: 2, item: 'denseface', fraction: 0.4 });
    expect(recogniser.state.phase).toBe('loading');
    client.tell({ step: 'verify', loadedBytes: 2, totalBytes: 2, item: 'memobert', fraction: 0.9 });
    expect(recogniser.state.phase).toBe('warming');
    recogniser.close();
  });

  it('a source with a transport rests until all is there', async () => {
    const waiting = { ...healthyAnswers(), load: undefined, part: undefined };
    const { clock, clients, openings, recogniser, ...parts } = setUp(() => new FakeClient(waiting));
    const source = parts.source();
    const started = recogniser.startActor();
    openings[0]!.arrive(source);
    await settled();
    clients[0]!.take('part').answer(answer());
    await clock.advance(1000);
    expect(clients[0]!.count('face')).toBe(0);
    expect(source.running).toBeNull();
    clients[0]!.take('load').answer(answer());
    await started;
    expect(source.running).toBe(true);
    recogniser.close();
  });

  it('a file that is read is asked for nothing before, and for no moment but its own', async () => {
    const waiting = { ...healthyAnswers(), load: undefined, part: undefined };
    const { clock, clients, openings, recogniser } = setUp(() => new FakeClient(waiting));
    const started = recogniser.startFile(new Blob([]), 'clip.webm');
    openings[0]!.arrive(new ReaderSource(SILENT_FILE));
    await settled();
    const client = clients[0]!;
    client.take('part').answer(answer());
    await clock.advance(1000);
    expect(client.count('estimate')).toBe(0);
    client.take('load').answer(answer());
    await started;
    await eventually(() => expect(recogniser.state.phase).toBe('idle'));
    await clock.advance(1000);
    const times = client.bodies.estimate.map(({ time }) => time);
    expect(times).toEqual([0.25, 0.5, 0.75, 1]);
    recogniser.close();
  });
});
