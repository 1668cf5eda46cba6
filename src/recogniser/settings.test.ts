/** Settings before, while and after it runs: what is taken over, what is refused, and what holds then. */

import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import { givenSettings } from './given';
import { Recogniser } from './recogniser';
import type { RecogniserOptions } from './options';
import { checkSettings, DEFAULT_SETTINGS } from './settings';
import { FakeClient, healthyAnswers } from './testing/fake-client';
import { FakeSource } from './testing/fake-source';
import { ManualClock, settled } from './testing/manual-clock';
import { listening } from './testing/set-up';

const OPTIONS = { manifestUrl: 'https://page.test/m.json', assetBase: 'https://page.test/a/' };

function setUp(options: Partial<RecogniserOptions> = {}, client = new FakeClient()) {
  const clock = new ManualClock();
  const source = new FakeSource(() => clock.now());
  const open = () => Promise.resolve(source);
  const sources = { devices: open, actor: open, file: open, stream: open };
  const recogniser = new Recogniser(
    { ...OPTIONS, ...options },
    { clock, sources, createClient: () => client },
  );
  const errors = vi.fn();
  recogniser.addEventListener('error', ({ detail }) => errors(detail.code));
  return { clock, source, client, recogniser, errors };
}

/** A client whose vocabulary has no word "unheard". */
function picky(): FakeClient {
  const healthy = healthyAnswers();
  return new FakeClient({
    ...healthy,
    prompt: (wish) => {
      if (wish.labels?.includes('unheard') === true) throw new MemoError('label-invalid', 'what', 'cure');
      return healthy.prompt!(wish);
    },
  });
}

describe('checkSettings', () => {
  it.each([
    [{ prompt: 'I am happy.' }, 'prompt-invalid'],
    [{ prompt: '[MASK] and [MASK]' }, 'prompt-invalid'],
    [{ labels: ['happy', 'very sad'] }, 'label-invalid'],
    [{ labels: ['happy'] }, 'label-invalid'],
  ] as const)('refuses %j', (wrong, code) => {
    expect(() => checkSettings({ ...DEFAULT_SETTINGS, ...wrong })).toThrow(
      expect.objectContaining({ code, cure: expect.stringMatching(/\.$/) as string }),
    );
  });

  it('takes label words as the vocabulary has them', () => {
    expect(checkSettings({ ...DEFAULT_SETTINGS, labels: [' Bored', 'CALM '] }).labels).toEqual([
      'bored',
      'calm',
    ]);
  });
});

describe('givenSettings', () => {
  it.each([
    [{ modalities: [] }, 'input-invalid'],
    [{ rates: { face: 0 } }, 'input-invalid'],
    [{ rates: { voice: Number.NaN } }, 'input-invalid'],
    [{ smoothing: -1 }, 'input-invalid'],
    [{ smoothing: Number.POSITIVE_INFINITY }, 'input-invalid'],
  ] as const)('refuses %j', (wrong, code) => {
    const refused = expect.objectContaining({ code, cure: expect.stringMatching(/\.$/) as string });
    expect(() => givenSettings(wrong)).toThrow(refused);
    expect(() => setUp(wrong)).toThrow(refused);
  });
});

describe('Recogniser, made with settings', () => {
  it.each([{ manifestUrl: '' }, { assetBase: ' ' }])('refuses an empty address: %j', (wrong) => {
    expect(() => setUp(wrong)).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });

  it('brings prompt and labels to the model before it listens', async () => {
    const { recogniser, client } = setUp({ prompt: 'I feel [MASK].', labels: ['bored', 'calm'] });
    expect(recogniser.state).toMatchObject({ prompt: 'I feel [MASK].', labels: ['bored', 'calm'] });
    await recogniser.start();
    expect(client.kinds.slice(0, 4)).toEqual(['load', 'part', 'prompt', 'reset']);
    recogniser.close();
  });

  it('tells of a word that the vocabulary has not, and goes on with the bundle’s labels', async () => {
    const wish = { prompt: 'I feel [MASK].', labels: ['happy', 'unheard'] };
    const { recogniser, errors, client } = setUp(wish, picky());
    await recogniser.start();
    expect(errors.mock.calls).toEqual([['label-invalid']]);
    expect(recogniser.state).toMatchObject({ phase: 'listening', labels: ['happy', 'sad'], error: null });
    // the sentence was right
    expect(recogniser.state.prompt).toBe('I feel [MASK].');
    await recogniser.configure({ labels: ['bored', 'calm'] });
    expect(client.bodies.prompt.at(-1)).toMatchObject({ prompt: 'I feel [MASK].' });
    recogniser.close();
  });
});

describe('Recogniser.configure', () => {
  it('changes the prompt while it listens, without touching the source', async () => {
    const { recogniser, client, source } = setUp();
    await recogniser.start();
    await recogniser.configure({ labels: ['Bored', 'calm'] });
    expect(client.bodies.prompt).toMatchObject([{ prompt: null, labels: ['bored', 'calm'] }]);
    expect(recogniser.state).toMatchObject({ phase: 'listening', labels: ['bored', 'calm'] });
    expect([source.closes, client.count('reset')]).toEqual([0, 1]);
    recogniser.close();
  });

  it('begins the timeline anew with another sentence, which it then names', async () => {
    const { recogniser, clock } = setUp();
    await recogniser.start();
    await clock.advance(1000);
    expect(recogniser.state.timeline?.prompt).toBe('I am [MASK].');
    await recogniser.configure({ prompt: 'I feel [MASK].' });
    await clock.advance(1000);
    const { timeline } = recogniser.state;
    expect(timeline?.prompt).toBe('I feel [MASK].');
    expect(timeline?.estimates.length).toBeGreaterThan(0);
    expect(timeline?.estimates.every(({ time }) => time >= 1)).toBe(true);
    recogniser.close();
  });

  it('rejects what the model refuses, and what held before holds', async () => {
    const { recogniser, client, errors } = setUp({}, picky());
    await recogniser.start();
    await recogniser.configure({ labels: ['bored', 'calm'] });
    await expect(recogniser.configure({ labels: ['unheard', 'calm'] })).rejects.toMatchObject({
      code: 'label-invalid',
    });
    await expect(recogniser.configure({ prompt: 'nothing' })).rejects.toMatchObject({
      code: 'prompt-invalid',
    });
    expect(recogniser.state).toMatchObject({ phase: 'listening', labels: ['bored', 'calm'] });
    await recogniser.configure({ prompt: 'I feel [MASK].' });
    expect(client.bodies.prompt.at(-1)).toMatchObject({ labels: ['bored', 'calm'] });
    expect(errors).not.toHaveBeenCalled();
    recogniser.close();
  });

  it('takes nothing of what it rejects, and leaves what was set meanwhile', async () => {
    const { recogniser, client, clock } = setUp({ rates: { face: 5 } }, picky());
    await recogniser.start();
    const wish = {
      labels: ['unheard', 'calm'],
      rates: { face: 2 },
      modalities: ['voice'],
      smoothing: 1,
    } as const;
    const refused = recogniser.configure(wish);
    await recogniser.configure({ smoothing: 2 });
    await expect(refused).rejects.toMatchObject({ code: 'label-invalid' });
    await clock.advance(1000);
    const before = client.count('face');
    await clock.advance(4000);
    expect(client.count('face') - before).toBe(20);
    recogniser.stop();
    expect(recogniser.state.modalities).toEqual(['text', 'face', 'voice']);
    await expect(recogniser.configure({ ...wish, labels: ['happy'] })).rejects.toMatchObject({
      code: 'label-invalid',
    });
    await expect(recogniser.configure(wish)).rejects.toMatchObject({ code: 'label-invalid' });
    expect(recogniser.state.modalities).toEqual(['text', 'face', 'voice']);
    recogniser.close();
  });

  it('beside another change that is refused: each is taken or not by itself', async () => {
    const { recogniser, client } = setUp({}, picky());
    await recogniser.start();
    const refused = recogniser.configure({ labels: ['unheard', 'calm'] });
    const taken = recogniser.configure({ prompt: 'I feel [MASK].' });
    const beside = recogniser.configure({ smoothing: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'label-invalid' });
    await Promise.all([taken, beside]);
    expect(recogniser.state).toMatchObject({ prompt: 'I feel [MASK].', labels: ['happy', 'sad'] });
    await recogniser.configure({ prompt: 'It was [MASK].' });
    expect(client.bodies.prompt.at(-1)).toEqual({ prompt: 'It was [MASK].', labels: null });
    expect(recogniser.state.promptError).toBeNull();
    recogniser.close();
  });

  it('reads a text alone again', async () => {
    const { recogniser, client } = setUp();
    await recogniser.setText('hello');
    await recogniser.configure({ labels: ['bored', 'calm'] });
    expect([client.count('estimate'), client.count('load')]).toEqual([2, 1]);
    recogniser.close();
  });

  it('lowers a stage’s rate from its next run on, and smooths', async () => {
    const { recogniser, client, clock } = setUp({ rates: { face: 5 } });
    await recogniser.start();
    await clock.advance(4000);
    expect(Math.round(client.count('face') / 4)).toBe(5);
    await recogniser.configure({ rates: { face: 2, fusion: 1 }, smoothing: 1 });
    await clock.advance(1000);
    const before = [client.count('face'), client.count('estimate')];
    await clock.advance(4000);
    expect(client.count('face') - before[0]!).toBe(8);
    expect(client.count('estimate') - before[1]!).toBe(4);
    recogniser.close();
  });

  it('leaves out what is not among the modalities', async () => {
    const { recogniser, client, clock, source } = setUp({ modalities: ['voice'] });
    await recogniser.start();
    source.fire('words', [{ text: 'hello', start: 0, end: 1 }]);
    await clock.advance(2000);
    await settled();
    expect([client.count('face'), client.count('text')]).toEqual([0, 0]);
    expect(client.count('voice')).toBeGreaterThan(2);
    recogniser.close();
  });
});

it('follows whom it is told while it listens, and nobody without a source', async () => {
  const { recogniser, client } = setUp();
  const box = { x: 1, y: 2, width: 3, height: 4 };
  recogniser.handle({ name: 'follow', detail: { box } });
  await recogniser.start();
  recogniser.handle({ name: 'follow', detail: { box } });
  expect(client.bodies.follow).toEqual([{ box }]);
  recogniser.close();
});

describe('Label words that a worker has not taken when it fails', () => {
  const calm = { labels: ['calm', 'tense'] };
  /** Answers neither to these words nor to an estimate. */
  const deaf = () => new FakeClient({ ...healthyAnswers(), prompt: undefined, estimate: undefined });
  const FAULTS: readonly [string, (client: FakeClient) => void][] = [
    ['it dies', (client) => client.die()],
    [
      'the GPU is lost over an estimate before them',
      (client) =>
        client.take('estimate').fail(new MemoError('device-gpu-lost', 'gone', 'Press Start again.')),
    ],
  ];

  it.each(FAULTS)('hold in the fresh one: %s', async (_what, strike) => {
    const { recogniser, clients, clock } = await listening((n) => (n === 0 ? deaf() : new FakeClient()));
    await clock.advance(600);
    const set = recogniser.configure(calm);
    await settled();
    expect(clients[0]!.waiting('prompt')).toHaveLength(1);
    strike(clients[0]!);
    await set;
    await clock.advance(1000);
    expect(clients[1]!.bodies.prompt).toMatchObject([{ prompt: null, ...calm }]);
    expect(recogniser.state).toMatchObject({ ...calm, promptError: null });
    recogniser.close();
  });
});
