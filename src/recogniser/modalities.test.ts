/** What goes into the estimates is settled at a start: the state tells it, and what is set meanwhile holds from the next one on. */

import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import { MODALITIES } from '../memobert/estimate';
import { FakeClient, healthyAnswers } from './testing/fake-client';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';

describe('Modalities that are set in a run', () => {
  it('leave it as it is, words typed with it; the next start has them', async () => {
    const { recogniser, clients, clock, openings, source } = await listening();
    await clock.advance(1000);
    await recogniser.configure({ modalities: ['voice'] });
    expect(recogniser.state.modalities).toEqual(MODALITIES);
    const looks = clients[0]!.count('face');
    await clock.advance(1000);
    await recogniser.setText('hello');
    expect(clients[0]!.count('face')).toBeGreaterThan(looks);
    expect(clients[0]!.count('text')).toBe(1);
    recogniser.stop();
    expect(recogniser.state.modalities).toEqual(['voice']);
    const started = recogniser.start();
    openings[1]!.arrive(source());
    await started;
    const seen = clients[0]!.count('face');
    await clock.advance(1000);
    expect(clients[0]!.count('face')).toBe(seen);
    expect(clients[0]!.count('text')).toBe(1);
    recogniser.close();
  });

  it('bring no words to one that began without', async () => {
    const { recogniser, clients, live } = await listening(undefined, { modalities: ['face', 'voice'] });
    await recogniser.configure({ modalities: MODALITIES });
    expect(recogniser.state.modalities).toEqual(['face', 'voice']);
    await recogniser.setText('hello');
    live.fire('words', [{ text: 'hello', start: 0, end: 1 }]);
    await settled();
    expect(clients[0]!.count('text')).toBe(0);
    recogniser.close();
  });

  it('are not taken up by the fresh worker of one whose worker failed', async () => {
    const fails = () => new FakeClient({ ...healthyAnswers(), estimate: undefined });
    const { recogniser, clients, clock } = await listening((n) => (n === 0 ? fails() : new FakeClient()));
    await clock.advance(600);
    await recogniser.configure({ modalities: ['voice'] });
    clients[0]!.take('estimate').fail(new MemoError('device-gpu-lost', 'gone', 'Press Start again.'));
    await clock.advance(2000);
    expect(clients[1]!.count('face')).toBeGreaterThan(5);
    expect(recogniser.state).toMatchObject({ phase: 'listening', modalities: MODALITIES });
    recogniser.close();
  });

  it('are not of a start that is under way; a switch then is a new start, with them', async () => {
    const { recogniser, clients, clock, openings, source } = setUp();
    const started = recogniser.start();
    await recogniser.configure({ modalities: ['voice'] });
    openings[0]!.arrive(Object.assign(source(), { wish: () => true }));
    await started;
    await clock.advance(1000);
    expect(clients[0]!.count('face')).toBeGreaterThan(2);
    expect(recogniser.state.modalities).toEqual(MODALITIES);
    recogniser.handle({ name: 'start', detail: { camera: true, microphone: true } });
    expect([openings.length, recogniser.state.modalities]).toEqual([2, ['voice']]);
    recogniser.close();
  });
});
