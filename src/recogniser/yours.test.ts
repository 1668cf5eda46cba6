/** Marks, moments and prompts through the recogniser: what the state says after each, and what a failure leaves. */

import { describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import { reliability } from '../memobert/reliability';
import { Recogniser } from './recogniser';
import { FakeClient, healthyAnswers, MOMENT } from './testing/fake-client';
import { FakeSource } from './testing/fake-source';
import { ManualClock, settled } from './testing/manual-clock';

const NONE = { words: [], faces: [], voice: [] };

function setUp(answers = healthyAnswers(), smoothing = 0) {
  const clock = new ManualClock();
  const client = new FakeClient(answers);
  const open = () => Promise.resolve(new FakeSource(() => clock.now()));
  const recogniser = new Recogniser(
    { manifestUrl: 'https://page.test/m.json', assetBase: 'https://page.test/a/', smoothing },
    {
      ...{ clock, createClient: () => client, storage: null },
      sources: { devices: open, actor: open, file: open, stream: open },
    },
  );
  return { clock, client, recogniser };
}

async function listening(answers = healthyAnswers(), smoothing = 0) {
  const parts = setUp(answers, smoothing);
  await parts.recogniser.start();
  await parts.clock.advance(1000);
  return parts;
}

describe('marks', () => {
  it('change this estimate, the timeline and those to come; taken back, all is as the model said', async () => {
    const { recogniser, clock } = await listening();
    const said = recogniser.state.estimate?.probabilities;
    recogniser.mark('sad');
    expect(recogniser.state.estimate?.unadapted).toBeUndefined();
    recogniser.mark('sad');
    recogniser.mark('happy');
    const { estimate, timeline } = recogniser.state;
    expect(estimate?.unadapted).toEqual(said);
    expect(estimate?.probabilities).not.toEqual(said);
    expect(new Set(timeline?.estimates.map(({ probabilities }) => probabilities[0])).size).toBe(1);
    expect(timeline?.estimates.at(-1)).toEqual(estimate);
    await clock.advance(500);
    expect(recogniser.state.estimate?.probabilities).toEqual(estimate?.probabilities);
    expect(recogniser.adaptation.marks.map(({ probabilities }) => probabilities)).toEqual([said, said, said]);
    recogniser.adapter.clear();
    for (const each of recogniser.state.timeline?.estimates ?? []) {
      expect(each.probabilities).toEqual(said);
      expect(each.unadapted).toBeUndefined();
    }
    expect(recogniser.state.estimate?.probabilities).toEqual(said);
    recogniser.close();
  });

  it('are of what the model said, though the estimate is smoothed', async () => {
    let happy = 0.2;
    const healthy = healthyAnswers();
    const answers = {
      ...healthy,
      estimate: ({ time }: { time: number }) => {
        happy = 1 - happy;
        return { ...healthy.estimate!({ time })!, probabilities: [happy, 1 - happy] };
      },
    };
    const { recogniser } = await listening(answers, 2);
    const { estimate } = recogniser.state;
    expect(estimate?.probabilities[0]).not.toBeCloseTo(happy, 2);
    expect(recogniser.mark('happy').probabilities).toEqual([happy, 1 - happy]);
    recogniser.close();
  });

  it.each([0, 2])('decide what is withheld, until they are gone (smoothing: %i s)', async (smoothing) => {
    const healthy = healthyAnswers();
    const present = { present: true, probabilities: null, contribution: 1 };
    const answers = {
      ...healthy,
      estimate: ({ time }: { time: number }) => {
        const estimate = healthy.estimate!({ time })!;
        const modalities = { ...estimate.modalities, face: present };
        // in turn sure, and hardly so: the marks swap which is withheld
        const probabilities = Math.round(time * 4) % 2 === 0 ? [0.67, 0.33] : [0.2, 0.8];
        return {
          ...estimate,
          probabilities,
          modalities,
          reliability: reliability(probabilities, modalities, []),
        };
      },
    };
    const { recogniser, clock } = await listening(answers, smoothing);
    const told = () => {
      const { estimate, timeline } = recogniser.state;
      return [...(timeline?.estimates ?? []), estimate!];
    };
    const judged = () =>
      told().map(({ probabilities, modalities }) => reliability(probabilities, modalities, []));
    const before = told();
    for (const word of ['sad', 'sad', 'sad', 'happy']) recogniser.mark(word);
    await clock.advance(500);
    expect(told().some(({ unadapted }) => unadapted !== undefined)).toBe(true);
    expect(told().map((each) => each.reliability)).toEqual(judged());
    recogniser.adapter.use(false);
    expect(told().map((each) => each.reliability)).toEqual(judged());
    recogniser.adapter.use(true);
    recogniser.adapter.clear();
    expect(told().map((each) => each.reliability)).toEqual(judged());
    expect(told().slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    recogniser.close();
  });

  it('are refused before an estimate, and stay through stop and start', async () => {
    const { recogniser } = setUp();
    expect(() => recogniser.mark('happy')).toThrow(expect.objectContaining({ code: 'moment-missing' }));
    await recogniser.setText('hello');
    recogniser.mark('happy');
    recogniser.mark('sad');
    const adapted = recogniser.state.estimate?.probabilities;
    expect(recogniser.state.estimate?.unadapted).toEqual([0.75, 0.25]);
    recogniser.stop();
    await recogniser.setText('hello there');
    expect(recogniser.state.estimate?.probabilities).toEqual(adapted);
    // other words: marks of their own
    await recogniser.configure({ labels: ['bored', 'calm'] });
    expect(recogniser.adaptation).toMatchObject({ marks: [], fitted: null });
    await recogniser.configure({ labels: null });
    expect(recogniser.adaptation.marks).toHaveLength(2);
    recogniser.close();
  });

  it('are switched off before a model is there: nothing has been answered yet', () => {
    const { recogniser } = setUp();
    recogniser.handle({ name: 'adaptation-use', detail: { on: false } });
    expect(recogniser.adaptation).toMatchObject({ on: false, error: null });
    recogniser.adapter.use(true);
    expect(recogniser.state).toMatchObject({ estimate: null, timeline: null, adaptation: { on: true } });
    recogniser.close();
  });

  it('are none before a model is there: each wish is answered, and whether they are applied is not lost', async () => {
    const { recogniser } = setUp();
    const { adapter } = recogniser;
    const missing = expect.objectContaining({ code: 'moment-missing' });
    expect(() => adapter.keep(true)).toThrow(missing);
    expect(recogniser.adaptation).toMatchObject({ kept: false, error: missing });
    adapter.dismissError();
    expect(recogniser.adaptation.error).toBeNull();
    await expect(recogniser.importAdaptation(new Blob(['{}']))).rejects.toEqual(missing);
    expect(() => recogniser.exportAdaptation()).toThrow(expect.objectContaining({ code: 'marks-missing' }));
    adapter.clear();
    adapter.unmark(0);
    adapter.use(false);
    await recogniser.setText('hello');
    expect(recogniser.adaptation).toMatchObject({ on: false, marks: [], error: null });
    recogniser.mark('happy');
    recogniser.mark('sad');
    expect(recogniser.state.estimate?.unadapted).toBeUndefined();
    adapter.use(true);
    expect(recogniser.state.estimate?.unadapted).toEqual([0.75, 0.25]);
    recogniser.close();
  });

  it('go out as a file and come in again; what is no such file is told', async () => {
    const { recogniser } = await listening();
    expect(() => recogniser.exportAdaptation()).toThrow(expect.objectContaining({ code: 'marks-missing' }));
    recogniser.mark('happy');
    recogniser.mark('sad');
    const file = recogniser.exportAdaptation();
    recogniser.adapter.clear();
    await recogniser.importAdaptation(file);
    expect(recogniser.adaptation.marks).toHaveLength(2);
    await expect(recogniser.importAdaptation(new Blob(['{}']))).rejects.toMatchObject({
      code: 'adaptation-invalid',
    });
    expect(recogniser.state.phase).toBe('listening');
    recogniser.close();
  });

  it.each([
    ['has gone since it was chosen', { size: 9 }, /could not be read/],
    ['is far too large', { size: 2_000_001 }, /too large/],
  ])('of a file that %s are told, by elements too, and the marks stay', async (_what, { size }, message) => {
    const { recogniser } = await listening();
    for (const word of ['happy', 'sad']) recogniser.mark(word);
    const text = vi.fn(() => Promise.reject(new DOMException('gone', 'NotReadableError')));
    const file = { size, text } as unknown as File;
    await expect(recogniser.importAdaptation(file)).rejects.toMatchObject({ code: 'adaptation-invalid' });
    recogniser.adapter.dismissError();
    recogniser.handle({ name: 'adaptation-import', detail: { file } });
    await vi.waitFor(() => expect(recogniser.adaptation.error?.message).toMatch(message));
    expect(recogniser.adaptation.marks).toHaveLength(2);
    expect(text).toHaveBeenCalledTimes(size === 9 ? 2 : 0);
    recogniser.close();
  });

  it('of another prompt are refused without repeating all that the file says', async () => {
    const { recogniser } = await listening();
    for (const word of ['happy', 'sad']) recogniser.mark(word);
    const saved = JSON.parse(await recogniser.exportAdaptation().text()) as object;
    const other = {
      ...saved,
      prompt: 'p'.repeat(9999),
      labels: Array.from({ length: 999 }, (_, at) => `w${at}`),
    };
    const refusal = recogniser.importAdaptation(new Blob([JSON.stringify(other)]));
    await expect(refusal).rejects.toMatchObject({ code: 'adaptation-foreign' });
    expect(recogniser.adaptation.error?.message.length).toBeLessThan(500);
    recogniser.close();
  });

  it('are asked for by elements too, whose failures are told by the state', async () => {
    const { recogniser } = setUp();
    recogniser.handle({ name: 'mark', detail: { word: 'happy' } });
    expect(recogniser.state).toMatchObject({
      phase: 'idle',
      adaptation: { error: { code: 'moment-missing' } },
    });
    recogniser.handle({ name: 'adaptation-dismiss-error', detail: {} });
    await recogniser.setText('hello');
    for (const word of ['happy', 'sad', 'happy']) recogniser.handle({ name: 'mark', detail: { word } });
    recogniser.handle({ name: 'unmark', detail: { index: 0 } });
    recogniser.handle({ name: 'adaptation-use', detail: { on: false } });
    expect(recogniser.adaptation).toMatchObject({ marks: [{ word: 'sad' }, { word: 'happy' }], on: false });
    recogniser.handle({ name: 'adaptation-keep', detail: { kept: true } });
    expect(recogniser.adaptation.error?.code).toBe('adaptation-storage');
    recogniser.handle({ name: 'adaptation-clear', detail: {} });
    expect(recogniser.adaptation.marks).toEqual([]);
    recogniser.close();
  });
});

describe('a moment', () => {
  it('is taken, masked and let go', async () => {
    const { recogniser, client } = await listening();
    expect(await recogniser.takeMoment()).toEqual(MOMENT);
    const filling = await recogniser.fillIn({ ...NONE, faces: [0] });
    expect(filling.masks.faces).toEqual([0]);
    expect(recogniser.state.moment).toMatchObject({
      taken: MOMENT,
      filling,
      busy: false,
      masks: { faces: [0] },
    });
    expect(client.bodies.fill).toEqual([{ masks: { ...NONE, faces: [0] } }]);
    // the run is over, the moment is not
    recogniser.stop();
    await recogniser.fillIn({ ...NONE, words: [1] });
    recogniser.handle({ name: 'moment-drop', detail: {} });
    expect(recogniser.state.moment.taken).toBeNull();
    recogniser.close();
  });

  it('is refused before an estimate, and when its worker is gone; a run goes on', async () => {
    const { recogniser } = setUp();
    await expect(recogniser.takeMoment()).rejects.toMatchObject({ code: 'moment-missing' });
    await expect(recogniser.fillIn(NONE)).rejects.toMatchObject({ code: 'moment-missing' });
    expect(recogniser.state).toMatchObject({ phase: 'idle', moment: { error: { code: 'moment-missing' } } });
    recogniser.close();
    const { recogniser: live, client } = await listening();
    await live.takeMoment();
    client.answers.fill = () => {
      throw new MemoError('file-missing', 'memobert-heads.onnx is not there.', 'Look.');
    };
    await expect(live.fillIn(NONE)).rejects.toMatchObject({ code: 'file-missing' });
    expect(live.state).toMatchObject({
      phase: 'listening',
      moment: { busy: false, error: { code: 'file-missing' } },
    });
    client.die();
    await expect(live.fillIn(NONE)).rejects.toMatchObject({ code: 'moment-missing' });
    live.close();
  });

  it('asks for the newest masks alone while somebody drags', async () => {
    const { recogniser, client } = await listening({ ...healthyAnswers(), fill: undefined });
    await recogniser.takeMoment();
    const drag = (faces: number[]) => recogniser.handle({ name: 'moment-mask', detail: { ...NONE, faces } });
    drag([0]);
    drag([0, 1]);
    drag([1]);
    await settled();
    const answer = { labels: ['happy', 'sad'], whole: [1, 0], masked: [1, 0] };
    const reply = () => {
      const { body, answer: send } = client.take('fill');
      send({ masks: body.masks, words: [], face: null, voice: null, answer });
    };
    reply();
    await settled();
    expect(recogniser.state.moment).toMatchObject({ busy: true, masks: { faces: [1] } });
    reply();
    await settled();
    expect(client.bodies.fill.map(({ masks }) => masks.faces)).toEqual([[0], [1]]);
    expect(recogniser.state.moment).toMatchObject({ busy: false, filling: { masks: { faces: [1] } } });
    recogniser.close();
  });
});

describe('a prompt asked for by an element', () => {
  it('holds from the next estimate on; one that cannot is told, and what held before holds', async () => {
    const { recogniser, client } = await listening();
    recogniser.handle({ name: 'prompt', detail: { prompt: 'It was [MASK].', labels: ['bored', 'calm'] } });
    await settled();
    expect(recogniser.state).toMatchObject({
      prompt: 'It was [MASK].',
      labels: ['bored', 'calm'],
      promptError: null,
    });
    for (const [detail, code] of [
      [{ prompt: 'No mask.' }, 'prompt-invalid'],
      [{ labels: ['one'] }, 'label-invalid'],
    ] as const) {
      recogniser.handle({ name: 'prompt', detail });
      await settled();
      expect(recogniser.state).toMatchObject({
        prompt: 'It was [MASK].',
        labels: ['bored', 'calm'],
        promptError: { code },
      });
    }
    recogniser.handle({ name: 'prompt-dismiss-error', detail: {} });
    expect(recogniser.state.promptError).toBeNull();
    client.answers.prompt = () => {
      throw new MemoError('label-invalid', 'No word.', 'Another.');
    };
    recogniser.handle({ name: 'prompt', detail: { labels: ['unheard', 'of'] } });
    await settled();
    expect(recogniser.state).toMatchObject({
      phase: 'listening',
      labels: ['bored', 'calm'],
      promptError: { code: 'label-invalid' },
    });
    recogniser.close();
  });

  it('is answered by nothing that another was: a mean over the answers begins anew', async () => {
    let happy = 0.95;
    const healthy = healthyAnswers();
    const answers = {
      ...healthy,
      estimate: ({ time }: { time: number }) => ({
        ...healthy.estimate!({ time })!,
        probabilities: [happy, 1 - happy],
      }),
    };
    const { recogniser, clock } = await listening(answers, 5);
    for (const word of ['happy', 'sad']) recogniser.mark(word);
    await recogniser.configure({ prompt: 'It was [MASK].' });
    happy = 0.05;
    await clock.advance(250);
    const [first] = recogniser.state.timeline?.estimates ?? [];
    expect(first?.probabilities).toEqual([0.05, 0.95]);
    happy = 0.95;
    await clock.advance(250);
    expect(recogniser.state.estimate?.probabilities[0]).toBeLessThan(0.5);
    recogniser.close();
  });

  it('before a model is there is told once the model’s vocabulary refuses it', async () => {
    const { recogniser, client } = setUp();
    client.answers.prompt = () => {
      throw new MemoError('label-invalid', 'No word.', 'Another.');
    };
    recogniser.handle({ name: 'prompt', detail: { labels: ['unheard', 'of'] } });
    await settled();
    expect(recogniser.state).toMatchObject({ labels: ['unheard', 'of'], promptError: null });
    await recogniser.setText('hello');
    expect(recogniser.state).toMatchObject({
      labels: ['happy', 'sad'],
      promptError: { code: 'label-invalid' },
    });
    recogniser.close();
  });
});
