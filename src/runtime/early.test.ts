/** A load of which not all is there: what can be used already, and what takes over. */

import { describe, expect, it } from 'vitest';
import { newFrame, newGate, OPTIONS, setUp, speech } from './testing/engine-set-up';
import { eventually } from '../testing/eventually';
import { ASSET_BASE, BASE, setManifest } from './testing/toy-bundle';

describe('a load of which not all is there', () => {
  /** The toy whose graph `until` waits to be made until the test lets it. */
  async function halted(until: string) {
    const setup = await setUp();
    const { maker, toy } = setup;
    // labels that the face's classes and the voice have words for
    const { face } = toy.manifest;
    setManifest(toy, { ...toy.manifest, face: { ...face, classes: ['happiness', 'sadness'] } });
    const gate = newGate();
    const { create } = maker;
    Object.assign(maker, {
      create: async (...wish: Parameters<typeof create>) => {
        if (wish[0] === until) await gate.opened;
        return create(...wish);
      },
    });
    const loading = setup.engine.load(OPTIONS);
    return { ...setup, loading, gate };
  }

  it('looks for faces as soon as that can be done, and says what they say by themselves', async () => {
    const { engine, loading, gate, maker } = await halted('wav2vec2');
    const { backend } = await engine.part({ role: 'face' });
    expect(backend.graphs.face.name).toBe('denseface-light');
    expect([...maker.open]).toEqual(['denseface-light']);
    await engine.reset({});
    expect((await engine.face({ frame: newFrame(), time: 1 })).faces).toHaveLength(1);
    const first = await engine.estimate({ time: 1.1 });
    expect(first).toMatchObject({ provisional: true, labels: ['happy', 'sad'], words: [] });
    expect(first?.probabilities).toEqual([1, 0]);
    expect(first?.modalities.face).toEqual({ present: true, probabilities: [1, 0], contribution: 1 });
    expect(first?.modalities.voice.present).toBe(false);
    expect(first?.latency).toEqual({ detect: 5 });
    await expect(engine.samples(speech())).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(engine.prompt({ prompt: null, labels: null })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await expect(engine.moment({})).rejects.toMatchObject({ code: 'input-invalid' });
    gate.open();
    await loading;
    // what was seen before counts
    expect(await engine.estimate({ time: 1.2 })).toMatchObject({ modalities: { face: { present: true } } });
    expect((await engine.estimate({ time: 1.2 }))?.provisional).toBeUndefined();
  });

  it('then listens as well, and what fuses comes last', async () => {
    const { engine, loading, gate } = await halted('memobert');
    await engine.part({ role: 'voice' });
    await engine.face({ frame: newFrame(), time: 1 });
    await engine.samples(speech());
    expect(await engine.voice({ time: 1 })).toMatchObject({ speaking: true });
    // the toy's voice has no classifier
    expect((await engine.estimate({ time: 1.1 }))?.modalities.voice.present).toBe(false);
    gate.open();
    await loading;
    const whole = await engine.estimate({ time: 1.2 });
    expect([whole?.modalities.face.present, whole?.modalities.voice.present]).toEqual([true, true]);
  });

  it('fetches the face first, then the voice, then the rest', async () => {
    const { engine, toy } = await setUp();
    await engine.load(OPTIONS);
    const order = toy.asked.map((url) => url.replace(BASE, '').replace(ASSET_BASE, ''));
    const place = (name: string) => order.indexOf(name);
    expect(place('denseface-light.onnx')).toBeLessThan(place('wav2vec2.onnx'));
    expect(place('golden.json')).toBeLessThan(place('silero_vad.onnx'));
    expect(place('wav2vec2.onnx')).toBeLessThan(place('memobert.onnx'));
    expect(place('silero_vad.onnx')).toBeLessThan(place('tokenizer.json'));
  });

  it('tells of no part without a load, of all of them after it, and fails where the load does', async () => {
    const { engine, toy } = await setUp();
    await expect(engine.part({ role: 'face' })).rejects.toMatchObject({ code: 'input-invalid' });
    const without = new Map(toy.files);
    toy.files.delete(`${BASE}memobert.onnx`);
    toy.files.delete(`${ASSET_BASE}silero_vad.onnx`);
    const loading = engine.load(OPTIONS);
    const part = engine.part({ role: 'voice' });
    await expect(loading).rejects.toMatchObject({ code: 'file-missing' });
    await expect(part).rejects.toMatchObject({ code: 'file-missing' });
    await expect(engine.face({ frame: newFrame(), time: 0 })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    for (const [url, content] of without) toy.files.set(url, content);
    await engine.load(OPTIONS);
    expect((await engine.part({ role: 'voice' })).manifest.name).toBe('toy');
  });

  it('goes on where the GPU fails later: the face of wasm takes over, and evidence begins anew', async () => {
    const { engine, maker } = await setUp({ gpu: true, wrong: { name: 'memobert', everywhere: false } });
    const loading = engine.load(OPTIONS);
    expect((await engine.part({ role: 'face' })).backend.name).toBe('webgpu');
    expect((await loading).backend.name).toBe('wasm');
    expect(maker.open).not.toContain('denseface');
    await engine.face({ frame: newFrame(), time: 1 });
    expect((await engine.estimate({ time: 1 }))?.backend).toBe('wasm');
  });

  it('tells of no part that WebGPU had, where wasm takes over, until wasm has it', async () => {
    const { engine, whole, maker } = await setUp({
      gpu: true,
      wrong: { name: 'memobert', everywhere: false },
    });
    const gate = newGate();
    const { create } = maker;
    Object.assign(maker, {
      create: async (...wish: Parameters<typeof create>) => {
        if (wish[2] === 'wasm' && wish[0] === 'wav2vec2') await gate.opened;
        return create(...wish);
      },
    });
    const loading = engine.load(OPTIONS);
    expect((await engine.part({ role: 'voice' })).backend.name).toBe('webgpu');
    await eventually(() => expect(maker.made).toContain('denseface-light wasm'));
    const late = whole.session(1);
    let told: string | null = null;
    const voice = late.part({ role: 'voice' }).then(({ backend }) => (told = backend.name));
    expect((await late.part({ role: 'face' })).backend.name).toBe('wasm');
    await late.reset({});
    expect(told).toBeNull();
    gate.open();
    await loading;
    expect(await voice).toBe('wasm');
    expect((await late.part({ role: 'face' })).backend.name).toBe('wasm');
  });
});
