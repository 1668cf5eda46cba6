import { afterEach, expect, it, vi } from 'vitest';
import { MediaPipeDetector } from './detector';

/** A module with nothing in it. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const files = { wasm: EMPTY, model: Uint8Array.of() };
/** Where MediaPipe's script is this one. */
const folderOf = (script: string) => `data:text/javascript,${encodeURIComponent(script)}//`;

class FakeCanvas extends EventTarget {
  getContext = () => ({});
}

afterEach(() => vi.unstubAllGlobals());

it.each([
  'CriOS/126.0 Mobile/15E148',
  'FxiOS/127.0 Mobile/15E148',
  'GSA/320.0 Mobile/15E148',
  'Version/11.1',
])(
  'gives MediaPipe a canvas: a worker has no document to make one in, which it looks for by the name %s',
  async (name) => {
    const userAgent = `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ${name} Safari/605.1.15`;
    vi.stubGlobal('navigator', { userAgent });
    vi.stubGlobal('OffscreenCanvas', FakeCanvas);
    vi.stubGlobal('self', globalThis);
    const given = vi.fn();
    vi.stubGlobal('given', given);
    const script =
      'export default () => ({ set canvas(canvas) { given(canvas); throw new Error("far enough"); } });';
    // told as what it is: nothing failed to arrive
    await expect(MediaPipeDetector.create(folderOf(script), files)).rejects.toThrow(/^far enough$/);
    expect(given).toHaveBeenCalledExactlyOnceWith(expect.any(FakeCanvas));
  },
);

it('names the folder where its script does not load', async () => {
  const folder = folderOf('throw new Error("away");');
  await expect(MediaPipeDetector.create(folder, files)).rejects.toMatchObject({
    code: 'file-missing',
    message: `The face detector could not be loaded from ${folder}.`,
  });
});

it('gives MediaPipe its WebAssembly compiled: bytes would stay with its module for ever', async () => {
  vi.stubGlobal('OffscreenCanvas', FakeCanvas);
  vi.stubGlobal('self', globalThis);
  const given = vi.fn();
  vi.stubGlobal('given', given);
  const script = `export default (options) => {
    options.instantiateWasm({}, (instance) => given(Object.keys(options), instance));
    throw new Error("far enough");
  };`;
  const made = MediaPipeDetector.create(folderOf(script), files);
  await expect(made).rejects.toThrow(/^far enough$/);
  const [[options, instance]] = given.mock.calls as [[string[], unknown]];
  expect(options).not.toContain('wasmBinary');
  expect(instance).toBeInstanceOf(WebAssembly.Instance);
});

it('rejects where its WebAssembly is none', async () => {
  const made = MediaPipeDetector.create(folderOf('export default () => ({});'), {
    ...files,
    wasm: Uint8Array.of(1),
  });
  await expect(made).rejects.toThrow(WebAssembly.CompileError);
});
