import { describe, expect, it, vi } from 'vitest';
import { loaded, newFrame, OPTIONS, setUp, speech } from './testing/engine-set-up';
import { ASSET_BASE, BASE, MANIFEST_URL, setManifest, type ToyBundle } from './testing/toy-bundle';

describe('loading', () => {
  it('answers with manifest and backend', async () => {
    const { engine, toy } = await setUp();
    expect(await engine.load(OPTIONS)).toEqual({
      manifest: toy.manifest,
      backend: {
        ...{ name: 'wasm', forced: false, adapter: null, threads: 1 },
        reason: 'this browser has no WebGPU',
        graphs: {
          face: { name: 'denseface-light', precision: 'fp32' },
          voice: { name: 'wav2vec2', precision: 'fp32' },
          fusion: { name: 'memobert', precision: 'fp32' },
        },
      },
    });
  });

  it('goes through its steps in order; bytes never fall, the total is fixed', async () => {
    const { engine, told } = await setUp();
    await engine.load(OPTIONS);
    expect(told[0]?.step).toBe('fetch');
    // the others' files go on coming while the first is made ready
    const steps = told.map(({ step }) => step).filter((step) => step !== 'fetch');
    const each = ['compile', 'warm-up', 'verify'];
    expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual([
      ...[...each, ...each, ...each],
      'ready',
    ]);
    const bytes = told.map(({ loadedBytes }) => loadedBytes);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    const [, ...afterManifest] = told;
    expect(new Set(afterManifest.map(({ totalBytes }) => totalBytes)).size).toBe(1);
    expect(told.at(-1)).toMatchObject({ step: 'ready', loadedBytes: told.at(-1)?.totalBytes });
  });

  it('puts the graphs on the GPU, and the speech gate on wasm', async () => {
    const { engine, maker } = await setUp({ gpu: true });
    expect((await engine.load(OPTIONS)).backend).toMatchObject({ name: 'webgpu', adapter: 'acme x' });
    expect(maker.made).toEqual([
      'denseface webgpu',
      'wav2vec2 webgpu',
      'speech-gate wasm',
      'memobert webgpu',
    ]);
  });

  it.each(['denseface', 'wav2vec2', 'memobert'])(
    'leaves a GPU that gets %s wrong, says so, and leaves nothing of it open',
    async (name) => {
      const { engine, maker } = await setUp({ gpu: true, wrong: { name, everywhere: false } });
      const { backend } = await engine.load(OPTIONS);
      expect(backend.name).toBe('wasm');
      expect(backend.reason).toContain(name);
      expect(maker.made.slice(-4)).toEqual(
        ['denseface-light', 'wav2vec2', 'speech-gate', 'memobert'].map((graph) => `${graph} wasm`),
      );
      expect(maker.open.size).toBe(4);
    },
  );

  it('goes on without a GPU that is taken away while a graph is made', async () => {
    const { engine, maker } = await setUp({ gpu: true, lost: 'memobert' });
    const { backend } = await engine.load(OPTIONS);
    expect(backend).toMatchObject({ name: 'wasm', reason: expect.stringContaining('unplugged') as string });
    expect(maker.made).toContain('memobert wasm');
    expect(maker.open.size).toBe(4);
  });

  it('fails when the CPU gets a graph wrong as well', async () => {
    const { engine, maker, face } = await setUp({ gpu: true, wrong: { name: 'memobert', everywhere: true } });
    await expect(engine.load(OPTIONS)).rejects.toMatchObject({ code: 'golden-mismatch' });
    expect(maker.open.size).toBe(0);
    expect(face.closed).toBe(true);
  });

  it('fails when a graph cannot be made', async () => {
    const { engine, maker } = await setUp({ broken: 'memobert' });
    await expect(engine.load(OPTIONS)).rejects.toMatchObject({ code: 'graph-invalid' });
    expect(maker.open.size).toBe(0);
  });

  it.each<[what: string, harm: (toy: ToyBundle) => void, code: string]>([
    ['no manifest', (toy) => toy.files.delete(MANIFEST_URL), 'manifest-unreachable'],
    [
      'a manifest without a mask',
      (toy) => setManifest(toy, { ...toy.manifest, prompt: 'x' }),
      'manifest-invalid',
    ],
    ['a missing graph', (toy) => toy.files.delete(`${BASE}memobert.onnx`), 'file-missing'],
    ['a damaged graph', (toy) => toy.files.set(`${BASE}memobert.onnx`, Uint8Array.of(99)), 'model-integrity'],
    ['no speech gate', (toy) => toy.files.delete(`${ASSET_BASE}silero_vad.onnx`), 'file-missing'],
    [
      'a damaged speech gate',
      (toy) => toy.files.set(`${ASSET_BASE}silero_vad.onnx`, Uint8Array.of(9)),
      'model-integrity',
    ],
    [
      'a label outside the vocabulary',
      (toy) =>
        setManifest(toy, { ...toy.manifest, labels: [...toy.manifest.labels, { id: 'odd', word: 'odd' }] }),
      'label-invalid',
    ],
    [
      'a manifest of another face encoder',
      (toy) => setManifest(toy, { ...toy.manifest, face: { ...toy.manifest.face, featureSize: 4 } }),
      'graph-invalid',
    ],
  ])('with %s it fails, and loads once that is mended', async (_what, harm, code) => {
    const { engine, toy, maker } = await setUp();
    const whole = new Map(toy.files);
    harm(toy);
    await expect(engine.load(OPTIONS)).rejects.toMatchObject({ code });
    expect(maker.open.size).toBe(0);
    for (const [url, content] of whole) toy.files.set(url, content);
    expect((await engine.load(OPTIONS)).manifest.name).toBe('toy');
  });

  it('loads once for all sessions, and nothing else beside it', async () => {
    const { whole, engine, maker } = await loaded();
    const made = maker.made.length;
    expect(await whole.session(1).load(OPTIONS)).toEqual(await engine.load(OPTIONS));
    expect(maker.made).toHaveLength(made);
    await expect(engine.load({ ...OPTIONS, device: 'wasm' })).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });
});

describe('answering', () => {
  it('refuses everything before a load, and closes the frame', async () => {
    const { engine } = await setUp();
    const frame = newFrame();
    await expect(engine.face({ frame, time: 0 })).rejects.toMatchObject({ code: 'input-invalid' });
    expect(frame.closed).toBe(true);
    await expect(engine.estimate({ time: 0 })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('has no estimate without evidence', async () => {
    const { engine } = await loaded();
    expect(await engine.estimate({ time: 0 })).toBeNull();
  });

  it('estimates from all three, with faces and latencies', async () => {
    const { engine } = await loaded();
    const frame = newFrame();
    await engine.face({ frame, time: 1 });
    expect(frame.closed).toBe(true);
    await engine.samples(speech());
    expect(await engine.voice({ time: 1 })).toMatchObject({ speaking: true, level: 0.5, muted: false });
    await engine.text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
    const estimate = await engine.estimate({ time: 1.2 });
    expect(estimate).toMatchObject({ time: 1.2, labels: ['happy', 'sad'], backend: 'wasm' });
    expect(estimate?.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1);
    expect(estimate?.faces).toHaveLength(1);
    expect(Object.values(estimate?.modalities ?? {}).map(({ present }) => present)).toEqual([
      true,
      true,
      true,
    ]);
    // the toy is not sure of anything, and its face has no light to speak of
    expect(estimate?.reliability?.reasons).not.toContain('no-face');
    expect(Object.keys(estimate?.latency ?? {}).toSorted()).toEqual([
      'detect',
      'fusion',
      'speech-gate',
      'voice',
    ]);
  });

  it('withholds an answer from a face in the dark alone, and says why; words beside it are enough', async () => {
    const { engine, face } = await loaded();
    face.light = { brightness: 6, contrast: 3 };
    await engine.face({ frame: newFrame(), time: 1 });
    const alone = await engine.estimate({ time: 1.1 });
    expect(alone?.reliability).toMatchObject({ abstained: true });
    expect(alone?.reliability?.reasons).toContain('poor-light');
    face.light = { brightness: 120, contrast: 50 };
    await engine.face({ frame: newFrame(), time: 1.2 });
    expect((await engine.estimate({ time: 1.3 }))?.reliability?.reasons).not.toContain('poor-light');
  });

  it('withholds what was made of dark frames alone, though the face has left since', async () => {
    const { engine, face } = await loaded();
    face.light = { brightness: 6, contrast: 3 };
    await engine.face({ frame: newFrame(), time: 1 });
    face.away = true;
    await engine.face({ frame: newFrame(), time: 1.1 });
    expect(await engine.estimate({ time: 1.15 })).toMatchObject({
      modalities: { face: { present: true } },
      reliability: { abstained: true, reasons: ['no-face', 'poor-light'] },
    });
  });

  it('tells the light of most of the faces that it was made of', async () => {
    const { engine, face } = await loaded();
    const look = async (time: number, brightness: number) => {
      face.light = { brightness, contrast: 50 };
      await engine.face({ frame: newFrame(), time });
      return (await engine.estimate({ time }))?.reliability?.reasons;
    };
    for (const time of [1, 1.1]) expect(await look(time, 6)).toEqual(['poor-light']);
    expect(await look(1.2, 120), 'two of three in the dark').toEqual(['poor-light']);
    expect(await look(1.3, 120), 'one of three').toEqual([]);
  });

  it('withholds what was made of a voice that is cut off, as long as that voice counts', async () => {
    const { engine } = await loaded();
    let ms = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (ms += 500));
    await engine.samples({ ...speech(), samples: new Float32Array(16000).fill(1) });
    const { latency } = await engine.voice({ time: 1 });
    clock.mockRestore();
    expect(latency).toEqual({ 'speech-gate': 500, voice: 500 });
    for (const time of [1, 4.9, 5, 6.9]) {
      expect(await engine.estimate({ time })).toMatchObject({
        modalities: { voice: { present: true } },
        reliability: { abstained: true, reasons: ['clipping'] },
      });
    }
    expect(await engine.estimate({ time: 7 })).toBeNull();
  });

  it('tells silence of the last seconds alone, and a voice that is cut off', async () => {
    const { engine } = await loaded();
    await engine.text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
    await engine.samples({ samples: new Float32Array(16000), sampleRateHz: 16000, time: 0 });
    await engine.voice({ time: 1 });
    expect((await engine.estimate({ time: 1 }))?.reliability?.reasons).toContain('silence');
    expect((await engine.estimate({ time: 5 }))?.reliability?.reasons).not.toContain('silence');
    await engine.samples({ samples: new Float32Array(16000).fill(1), sampleRateHz: 16000, time: 1 });
    expect(await engine.voice({ time: 2 })).toMatchObject({ speaking: true, clipped: 1 });
    expect((await engine.estimate({ time: 2 }))?.reliability?.reasons).toContain('clipping');
  });

  it('shows no box of a face seen long ago', async () => {
    const { engine } = await loaded();
    await engine.text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
    await engine.face({ frame: newFrame(), time: 1 });
    expect((await engine.estimate({ time: 1.9 }))?.faces).toHaveLength(1);
    expect((await engine.estimate({ time: 2.1 }))?.faces).toEqual([]);
  });

  it('shows boxes from one look to the next, where looks are further apart', async () => {
    const { engine } = await loaded();
    await engine.text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
    for (const time of [0, 2]) await engine.face({ frame: newFrame(), time });
    expect((await engine.estimate({ time: 3.9 }))?.faces).toHaveLength(1);
    expect((await engine.estimate({ time: 5.1 }))?.faces).toEqual([]);
  });

  it('forgets everything at a reset, also what is still being looked at', async () => {
    const { engine, face } = await loaded();
    let open: () => void = () => undefined;
    face.gate = new Promise((resolve) => {
      open = resolve;
    });
    const late = engine.face({ frame: newFrame(), time: 1 });
    await engine.samples(speech());
    await engine.voice({ time: 1 });
    await engine.text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
    await engine.reset({});
    open();
    expect((await late).faces).toHaveLength(1);
    expect(face.resets).toBe(1);
    expect(await engine.estimate({ time: 1 })).toBeNull();
  });

  it('forgets the sound alone: nothing of it is heard again, and what was made of it stays', async () => {
    const { engine } = await loaded();
    expect(await engine.forget({}), 'before any was heard').toEqual({});
    await engine.samples(speech());
    expect(await engine.voice({ time: 1 })).toMatchObject({ speaking: true });
    await engine.forget({});
    expect((await engine.estimate({ time: 1 }))?.modalities.voice.present).toBe(true);
    expect(await engine.voice({ time: 1 })).toMatchObject({ speaking: false, level: 0 });
  });
});

describe('sessions', () => {
  const said = (text: string) => ({ texts: [{ text, start: 0, end: Infinity }] });

  it('keep their evidence and their prompt apart', async () => {
    const { whole, engine } = await loaded();
    const other = whole.session(1);
    await engine.text(said('hello'));
    expect(await other.estimate({ time: 0 })).toBeNull();
    await other.text(said('hello'));
    expect(await other.prompt({ prompt: null, labels: ['Sad', 'hello'] })).toEqual({
      prompt: 'I am [MASK].',
      labels: ['sad', 'hello'],
    });
    expect((await other.estimate({ time: 0 }))?.labels).toEqual(['sad', 'hello']);
    expect((await engine.estimate({ time: 0 }))?.labels).toEqual(['happy', 'sad']);
    await other.reset({});
    expect(await engine.estimate({ time: 0 })).not.toBeNull();
  });

  it('tell where the labels hold less of what is believed than words of the model that are not among them', async () => {
    const { engine } = await loaded();
    await engine.text(said('hello'));
    const reasons = async (labels: readonly string[] | null) => {
      await engine.prompt({ prompt: null, labels });
      return (await engine.estimate({ time: 0 }))?.reliability?.reasons;
    };
    expect(await reasons(null)).not.toContain('other-words');
    expect(await reasons(['i', 'am'])).toContain('other-words');
    expect(await reasons(['hello', 'i'])).not.toContain('other-words');
  });

  it('answer what was asked before, by the prompt before, ahead of the new prompt', async () => {
    const { engine } = await loaded();
    await engine.text(said('hello'));
    const told: unknown[] = [];
    await Promise.all([
      engine.estimate({ time: 1 }).then((estimate) => told.push(estimate?.labels)),
      engine.prompt({ prompt: null, labels: ['sad', 'hello'] }).then(({ labels }) => told.push(labels)),
    ]);
    expect(told).toEqual([
      ['happy', 'sad'],
      ['sad', 'hello'],
    ]);
  });

  it('refuse a prompt and labels, and go on with what they had', async () => {
    const { engine } = await loaded();
    await engine.text(said('hello'));
    await engine.prompt({ prompt: 'hello [MASK]', labels: ['sad', 'hello'] });
    for (const [prompt, labels, code] of [
      ['hello', null, 'prompt-invalid'],
      ['[MASK] [MASK]', null, 'prompt-invalid'],
      [`${'hello '.repeat(30)}[MASK]`, null, 'prompt-invalid'],
      [null, ['happy', 'unheard'], 'label-invalid'],
      [null, ['happy', 'two words'], 'label-invalid'],
      [null, ['happy', '[MASK]'], 'label-invalid'],
      [null, ['happy', 'Happy'], 'label-invalid'],
    ] as const) {
      await expect(engine.prompt({ prompt, labels })).rejects.toMatchObject({ code });
    }
    expect((await engine.estimate({ time: 0 }))?.labels).toEqual(['sad', 'hello']);
    expect(await engine.prompt({ prompt: null, labels: null })).toMatchObject({ labels: ['happy', 'sad'] });
  });

  it('look at nobody but who is followed: what was seen of another goes with the turn', async () => {
    const { engine, face } = await loaded();
    const look = async (time: number) => {
      await engine.face({ frame: newFrame(), time });
      return (await engine.estimate({ time }))?.evidence.face.times;
    };
    expect([await look(1), await look(1.1)]).toEqual([[1], [1, 1.1]]);
    face.turned = true;
    expect(await look(1.2)).toEqual([1.2]);
    face.turned = false;
    expect(await look(1.3)).toEqual([1.2, 1.3]);
  });

  it('hand on whom to follow, and are forgotten when released', async () => {
    const { whole, engine, face } = await loaded();
    const box = { x: 1, y: 2, width: 3, height: 4 };
    await engine.follow({ box });
    expect(face.followed).toEqual(box);
    await engine.text(said('hello'));
    await engine.release({});
    expect(whole.session(0)).not.toBe(engine);
    expect(await whole.session(0).estimate({ time: 0 })).toBeNull();
  });
});
