/** A file beside a live run is opened first: that goes on until it is open, and where it cannot be opened, as if nothing had been. */

import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import type { Estimate } from '../memobert/estimate';
import type { Progress } from '../runtime/progress';
import type { Recogniser } from './recogniser';
import type { NamedFile } from './run';
import { estimateAt, FakeClient, healthyAnswers } from './testing/fake-client';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';

const unreadable = () => new MemoError('media-unreadable', 'It is a letter.', 'Choose another.');
const gone = () => new MemoError('file-missing', 'Nobody answers.', 'Check the address.');
const answering = () => new FakeClient({ ...healthyAnswers(), estimate: ({ time }) => estimateAt(time) });
const dropped = (to: Recogniser) => to.startFile(new Blob(['Dear all']), 'letter.mp4');

/** How many there were. */
async function throughout(estimates: AsyncIterable<Estimate>): Promise<number> {
  let count = 0;
  for await (const { time } of estimates) count += time > 0 ? 1 : 0;
  return count;
}

/** Two seconds of camera and microphone were answered, and a word was marked. */
async function live() {
  const parts = await listening(answering);
  const { recogniser, clock } = parts;
  await clock.advance(2000);
  recogniser.mark('happy');
  const errors: unknown[] = [];
  recogniser.addEventListener('error', ({ detail }) => errors.push(detail));
  return { ...parts, errors, answers: () => recogniser.state.timeline!.estimates.length };
}

describe('beside a live run', () => {
  it.each([
    ['one that cannot be opened', 'media-unreadable', dropped, true],
    [
      'an address that is dead',
      'file-missing',
      (to: Recogniser) => to.startFetched(() => Promise.reject(gone())),
      false,
    ],
  ] as const)('%s is told, and the run goes on', async (_what, code, start, opens) => {
    const { recogniser, live: devices, openings, clock, phases, errors, answers } = await live();
    const before = recogniser.state;
    const asked = phases.length;
    const started = start(recogniser);
    const refused = expect(started).rejects.toMatchObject({ code, cure: expect.any(String) as string });
    await settled();
    if (opens) {
      expect(recogniser.state).toEqual({ ...before, error: null });
      openings[1]!.fail(unreadable());
    }
    await refused;
    expect(recogniser.state).toEqual({ ...before, error: expect.objectContaining({ code }) as MemoError });
    expect(errors).toEqual([recogniser.state.error]);
    const had = answers();
    await clock.advance(2000);
    expect(answers()).toBeGreaterThan(had);
    recogniser.dismissError();
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null, source: 'devices' });
    expect([phases.length, devices.closes, devices.running]).toEqual([asked, 0, true]);
    expect(recogniser.state.adaptation.marks).toHaveLength(1);
    recogniser.close();
  });

  it('one that opens takes its place, and no sooner', async () => {
    const { recogniser, live: devices, openings, clock, answers, source } = await live();
    const started = dropped(recogniser);
    const had = answers();
    await clock.advance(1000);
    expect(answers()).toBeGreaterThan(had);
    expect([recogniser.state.source, devices.closes]).toEqual(['devices', 0]);
    const file = source();
    openings[1]!.arrive(file);
    await started;
    expect([devices.closes, file.closes]).toEqual([1, 0]);
    expect(recogniser.state).toMatchObject({ phase: 'listening', source: 'file', error: null });
    expect(recogniser.state.timeline).toMatchObject({ name: 'letter.mp4' });
    recogniser.close();
    expect(file.closes).toBe(1);
  });

  it.each([
    ['a stop', (to: Recogniser): void => to.stop(), 'idle'],
    ['another start', (to: Recogniser): void => void to.startActor(), 'loading'],
    ['a close', (to: Recogniser): void => to.close(), 'idle'],
  ] as const)(
    '%s leaves the one being opened, in silence, and closes it when it comes',
    async (_what, leave, phase) => {
      const { recogniser, live: devices, openings, errors, source } = await live();
      const started = dropped(recogniser);
      await settled();
      leave(recogniser);
      await started;
      expect([recogniser.state.phase, devices.closes, openings[1]!.signal.aborted]).toEqual([phase, 1, true]);
      const late = source();
      openings[1]!.arrive(late);
      await settled();
      expect([late.closes, recogniser.state.phase]).toEqual([1, phase]);
      expect(errors).toEqual([]);
      recogniser.close();
    },
  );

  it('of two the newer one is taken', async () => {
    const { recogniser, live: devices, openings, source } = await live();
    const first = dropped(recogniser);
    const second = recogniser.startFile(new Blob(['x']), 'talk.mp4');
    await first;
    expect([openings[1]!.signal.aborted, devices.closes]).toEqual([true, 0]);
    const [old, file] = [source(), source()];
    openings[1]!.arrive(old);
    openings[2]!.arrive(file);
    await second;
    expect([old.closes, devices.closes, file.closes]).toEqual([1, 1, 0]);
    expect(recogniser.state.timeline?.name).toBe('talk.mp4');
    recogniser.close();
  });

  it('stopped by who hears that it has taken the place, it is closed', async () => {
    const { recogniser, openings, source } = await live();
    const started = dropped(recogniser);
    const file = source();
    recogniser.addEventListener('statechange', () => recogniser.stop(), { once: true });
    openings[1]!.arrive(file);
    await started;
    expect([file.closes, recogniser.state.phase]).toEqual([1, 'idle']);
    recogniser.close();
  });

  it.each([
    ['a file', dropped],
    ['another start', (to: Recogniser) => to.startActor()],
  ] as const)('%s, stopped by who hears that the words end: it does not run', async (_what, start) => {
    const { recogniser, live: devices, openings, source } = await live();
    await recogniser.setText('well');
    const file = source();
    recogniser.addEventListener('words', () => recogniser.stop(), { once: true });
    const started = start(recogniser);
    await settled();
    openings[1]?.arrive(file);
    await started;
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'idle', source: null });
    expect([devices.closes, file.closes]).toEqual([1, openings.length - 1]);
    recogniser.close();
  });

  it('left in any turn after it is open, for devices: those go on', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const { recogniser, live: devices, openings, source } = await live();
      const [file, anew] = [source(), source()];
      const first = dropped(recogniser);
      openings[1]!.arrive(file);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const second = recogniser.start();
      openings[2]!.arrive(anew);
      await Promise.all([first, second]);
      await settled();
      expect([devices.closes, file.closes, anew.closes], `${turns} turns`).toEqual([1, 1, 0]);
      expect(recogniser.state).toMatchObject({ phase: 'listening', source: 'devices', camera: 'live' });
      recogniser.close();
    }
  });

  it('a run that ends meanwhile does not end it: the state says that it loads', async () => {
    const { recogniser, live: devices, openings, errors, source } = await live();
    const started = dropped(recogniser);
    Object.assign(devices, { camera: 'ended', microphone: 'ended' });
    devices.fire('trackchange');
    expect(recogniser.state).toMatchObject({ phase: 'loading', error: { code: 'device-lost' } });
    openings[1]!.arrive(source());
    await started;
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null, source: 'file' });
    expect(errors).toHaveLength(1);
    recogniser.close();
  });

  it('a run that ended meanwhile, and one that cannot be opened: that is what is wrong', async () => {
    const { recogniser, live: devices, openings } = await live();
    const refused = expect(dropped(recogniser)).rejects.toMatchObject({ code: 'media-unreadable' });
    devices.fire('end');
    await settled();
    expect(recogniser.state.phase).toBe('loading');
    openings[1]!.fail(unreadable());
    await refused;
    expect(recogniser.state).toMatchObject({ phase: 'error', error: { code: 'media-unreadable' } });
    expect(recogniser.state.timeline?.reached).toBe(2);
    recogniser.close();
  });

  it('an error that is still shown is gone with the run’s own end', async () => {
    const { recogniser, live: devices, openings } = await live();
    const refused = expect(dropped(recogniser)).rejects.toMatchObject({ code: 'media-unreadable' });
    openings[1]!.fail(unreadable());
    await refused;
    devices.fire('end');
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'idle', error: null });
    recogniser.close();
  });

  it('one that is fetched tells how far it has come, and that it is open before the run ends', async () => {
    const { recogniser, live: devices, openings, source } = await live();
    const BYTES: Progress = { step: 'fetch', loadedBytes: 1, totalBytes: 2, item: 'x.webm', fraction: 0.5 };
    const opened = vi.fn(async (): Promise<void> => {
      expect(devices.closes).toBe(0);
    });
    const started = recogniser.startFetched(async (_signal, tell): Promise<NamedFile> => {
      tell(BYTES);
      return { blob: new Blob(['x']), name: 'x.webm', opened };
    });
    expect(recogniser.state).toMatchObject({ phase: 'listening', progress: BYTES });
    await settled();
    expect(opened).not.toHaveBeenCalled();
    openings[1]!.arrive(source());
    await started;
    expect(opened).toHaveBeenCalledOnce();
    expect([devices.closes, recogniser.state.timeline?.name]).toEqual([1, 'x.webm']);
    recogniser.close();
  });

  it('while the model still loads: what was granted stays', async () => {
    const slow = () => new FakeClient({ ...healthyAnswers(), load: undefined });
    const { recogniser, openings, source, clients } = setUp(slow);
    const granted = source();
    const started = recogniser.start();
    openings[0]!.arrive(granted);
    await settled();
    const refused = expect(dropped(recogniser)).rejects.toMatchObject({ code: 'media-unreadable' });
    openings[1]!.fail(unreadable());
    await refused;
    expect(recogniser.state).toMatchObject({ phase: 'loading', camera: 'live', source: 'devices' });
    clients[0]!.take('load').answer(await new FakeClient().request('load', {} as never));
    await started;
    expect(recogniser.state.phase).toBe('listening');
    recogniser.close();
  });

  it.each([
    ['a stop', (to: Recogniser): void => to.stop()],
    ['a close', (to: Recogniser): void => to.close()],
  ] as const)(
    'a text that is answered in its place leaves it: nothing comes after %s',
    async (_what, end) => {
      const { recogniser, live: devices, openings, errors, source } = await live();
      const started = dropped(recogniser);
      devices.fire('end');
      await settled();
      await recogniser.setText('so glad');
      end(recogniser);
      expect(openings[1]!.signal.aborted).toBe(true);
      await started;
      const late = source();
      openings[1]!.arrive(late);
      await settled();
      expect([late.closes, recogniser.state.phase, errors]).toEqual([1, 'idle', []]);
      recogniser.close();
    },
  );

  it.each([
    ['never comes back', () => new Promise<void>(() => undefined)],
    ['was left before it was open', null],
  ] as const)('one that is fetched is closed with a stop where who is told of it %s', async (_what, told) => {
    const { recogniser, openings, source } = await live();
    const opened = vi.fn(told ?? (() => new Promise<void>(() => undefined)));
    const started = recogniser.startFetched(async () => ({ blob: new Blob(['x']), name: 'x.webm', opened }));
    await settled();
    const file = source();
    if (told === null) recogniser.stop();
    openings[1]!.arrive(file);
    await settled();
    expect(opened).toHaveBeenCalledTimes(told === null ? 0 : 1);
    recogniser.stop();
    await started;
    await settled();
    expect([file.closes, recogniser.state.phase]).toEqual([1, 'idle']);
    recogniser.close();
  });

  it.each([
    ['throws', (): never => expect.unreachable()],
    ['rejects', (): Promise<unknown> => Promise.reject(new Error('no'))],
    ['returns nothing', (): undefined => undefined],
  ] as const)('one that is fetched runs where who is told of it %s', async (_what, told) => {
    const { recogniser, live: devices, openings, source } = await live();
    const opened = told as () => Promise<unknown>;
    const started = recogniser.startFetched(async () => ({ blob: new Blob(['x']), name: 'x.webm', opened }));
    await settled();
    const file = source();
    openings[1]!.arrive(file);
    await started;
    expect([devices.closes, file.closes, recogniser.state.source]).toEqual([1, 0, 'file']);
    recogniser.close();
  });

  it('a switch of devices is the newer wish: the file that is being opened is left, and what was wrong with another is gone', async () => {
    const { recogniser, live: devices, openings, source } = await live();
    Object.assign(devices, { wish: () => true });
    const switched = () => recogniser.handle({ name: 'start', detail: { camera: false, microphone: true } });
    const refused = expect(dropped(recogniser)).rejects.toMatchObject({ code: 'media-unreadable' });
    openings[1]!.fail(unreadable());
    await refused;
    switched();
    expect(recogniser.state).toMatchObject({ phase: 'listening', error: null });
    const started = dropped(recogniser);
    switched();
    expect(openings[2]!.signal.aborted).toBe(true);
    await started;
    const late = source();
    openings[2]!.arrive(late);
    await settled();
    expect(recogniser.state).toMatchObject({ phase: 'listening', source: 'devices' });
    expect([late.closes, devices.closes]).toEqual([1, 0]);
    recogniser.close();
  });

  it.each([
    ['fails', true],
    ['ends', false],
  ] as const)('a run that %s meanwhile ends the loop over its estimates by that', async (_what, fails) => {
    const { recogniser, live: devices, openings, clock } = await live();
    const refused = expect(dropped(recogniser)).rejects.toMatchObject({ code: 'media-unreadable' });
    openings[1]!.fail(unreadable());
    await refused;
    const estimates = recogniser[Symbol.asyncIterator]();
    await clock.advance(2000);
    const over = throughout(estimates);
    const started = dropped(recogniser);
    Object.assign(devices, fails && { camera: 'ended', microphone: 'ended' });
    devices.fire(fails ? 'trackchange' : 'end');
    if (fails) await expect(over).rejects.toMatchObject({ code: 'device-lost' });
    else expect(await over).toBeGreaterThan(0);
    recogniser.stop();
    await started;
    recogniser.close();
  });

  it('a run that could not be mended meanwhile ends that loop, too', async () => {
    const { recogniser, clients, clock } = await live();
    const estimates = recogniser[Symbol.asyncIterator]();
    await clock.advance(2000);
    const over = expect(throughout(estimates)).rejects.toMatchObject({ code: 'worker-lost' });
    const started = dropped(recogniser);
    for (let died = 0; recogniser.state.error === null; died += 1) {
      clients[died]!.die();
      await settled();
    }
    await over;
    recogniser.stop();
    await started;
    recogniser.close();
  });
});
