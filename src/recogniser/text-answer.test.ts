/** What is typed, alone and beside what runs. */

import { describe, expect, it } from 'vitest';
import './text-answer'; // fetched late else, within a test's time
import { estimateAt, FakeClient, healthyAnswers, MANIFEST, WEBGPU } from './testing/fake-client';
import { settled } from './testing/manual-clock';
import { listening, setUp } from './testing/set-up';

const slowLoad = () => new FakeClient({ ...healthyAnswers(), load: undefined });
const loadAnswer = () => ({ manifest: MANIFEST, backend: WEBGPU });

describe('A text', () => {
  it('estimates a text alone, loading the model for it', async () => {
    const { recogniser, clients, phases } = setUp();
    await recogniser.setText('I love this');
    expect(clients[0]!.kinds).toEqual(['load', 'part', 'reset', 'text', 'estimate']);
    expect(clients[0]!.bodies.text[0]?.texts).toEqual([{ text: 'I love this', start: 0, end: Infinity }]);
    expect(recogniser.state).toMatchObject({ phase: 'idle', source: 'text' });
    expect(recogniser.state.estimate).toEqual({ ...estimateAt(0), prompt: 'I am [MASK].' });
    expect(phases).toEqual(['loading', 'idle']);
    await recogniser.setText('');
    expect(recogniser.state).toMatchObject({ estimate: null, source: null });
    recogniser.close();
  });

  it('answers only the newest of what is typed meanwhile', async () => {
    const waits = () => new FakeClient({ ...healthyAnswers(), estimate: undefined });
    const { recogniser, clients } = setUp(waits);
    const answered = recogniser.setText('I');
    await settled();
    await recogniser.setText('I am');
    await recogniser.setText('I am sad');
    clients[0]!.take('estimate').answer(estimateAt(0));
    await settled();
    clients[0]!.take('estimate').answer(null);
    await answered;
    expect(clients[0]!.bodies.text.map(({ texts }) => texts[0]?.text)).toEqual(['I', 'I am sad']);
    expect(recogniser.state.estimate).toBeNull();
    recogniser.close();
  });

  it('answers no text that was stopped before the model is there', async () => {
    const { recogniser, clients } = setUp(slowLoad);
    const answered = recogniser.setText('hello');
    recogniser.stop();
    await answered;
    clients[0]!.take('load').answer(loadAnswer());
    await settled();
    expect([clients[0]!.count('text'), recogniser.state.estimate]).toEqual([0, null]);
    recogniser.close();
  });

  it('gives way to a start, which brings the text along', async () => {
    const { recogniser, clients, openings, source } = setUp(slowLoad);
    const text = recogniser.setText('hello');
    const started = recogniser.start();
    openings[0]!.arrive(source());
    clients[0]!.take('load').answer(loadAnswer());
    await Promise.all([text, started]);
    await settled();
    expect(recogniser.state.phase).toBe('listening');
    expect(clients[0]!.bodies.text.map(({ texts }) => texts[0]?.text)).toEqual(['hello']);
    recogniser.close();
  });

  it('puts typed text before the words a source knows, and gives them back', async () => {
    const { recogniser, clients, live } = await listening();
    const said = { text: 'said', start: 1, end: 2 };
    live.fire('words', [said]);
    await recogniser.setText('typed');
    live.fire('words', [said, said]);
    await recogniser.setText('');
    const sent = clients[0]!.bodies.text.map(({ texts }) => texts.map(({ text }) => text).join());
    expect(sent).toEqual(['said', 'typed', 'typed', 'said,said']);
    recogniser.close();
  });
});
