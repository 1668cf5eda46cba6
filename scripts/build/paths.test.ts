import { mkdtempSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readableByBundlers } from './for-bundlers.mjs';
import { literals } from './literals.mjs';
import { idsOf, inSourcesOf, slashed } from './paths.mjs';
import { smaller } from './smaller.mjs';
import { speechRuntime } from './speech-runtime.mjs';
import { workerEntries, workerFiles } from './worker-files.mjs';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'memo-paths-')));
afterAll(() => rmSync(folder, { recursive: true }));

/** A plugin's hook, called as a build of the project in `root` does. */
function hook(plugin: object, name: string, root = '/p') {
  const { configResolved, [name]: found } = plugin as Record<string, ((...given: unknown[]) => unknown) | undefined>; // prettier-ignore
  configResolved?.({ root });
  return found!.bind({ emitFile: ({ id }: { id: string }) => `<${id}>` });
}

describe('the ids of a path', () => {
  it('have slashes', () => {
    expect(idsOf('C:\\memo bert\\src/index.ts')).toEqual(['C:/memo bert/src/index.ts']);
  });

  it('are also where a link leads', () => {
    mkdirSync(join(folder, 'there'));
    symlinkSync(join(folder, 'there'), join(folder, 'here'), 'junction');
    expect(idsOf(join(folder, 'here'))).toEqual(['here', 'there'].map((name) => slashed(join(folder, name))));
  });
});

describe('a module of the project’s own', () => {
  it.each([
    ['/home/x/memo', '/home/x/memo/src/a.ts', true],
    ['/src/memo', '/src/memo/src/a.ts', true],
    ['/src/memo', '/src/memo/node_modules/big/index.js', false],
    ['/src/memo', '/src/memo/examples/gallery.ts', false],
    ['C:\\src\\memo', 'C:/src/memo/src/a.ts', true],
    ['C:/src/memo', 'C:\\src\\memo\\src\\a.ts', true],
    ['C:/src/memo', 'C:/src/memo/examples/gallery.ts', false],
  ])('in %s: %s is %s', (root, id, own) => {
    expect(inSourcesOf(root)(id)).toBe(own);
  });
});

describe('with ids as they come, slashes or not', () => {
  it.each(['/p', '/src', 'C:/src/p', 'C:\\p'])('below %s, our scripts alone become smaller', async (root) => {
    const at = (path: string) => `${root}${root.includes('\\') ? path.replaceAll('/', '\\') : path}`;
    const render = hook(smaller(), 'renderChunk', root);
    const code = 'export const one = 1; if (false) { one(); }';
    const lit = at('/node_modules/lit-html/lit-html.js');
    expect(await render(code, { moduleIds: [at('/src/a.ts'), lit] })).toMatchObject({
      code: 'export const one=1;',
    });
    expect(await render(code, { moduleIds: [at('/src/a.ts'), at('/node_modules/big/a.js')] })).toBeNull();
    const transform = hook(literals(), 'transform', root);
    expect(transform('html`<p>  </p>`', at('/src/elements/a.ts'))).toMatchObject({ code: 'html`<p> </p>`' });
    expect(transform('html`<p>  </p>`', at('/examples/gallery.ts'))).toBeNull();
  });

  it.each(['/p/src/runtime/client.ts', 'C:\\p\\src\\runtime\\client.ts'])('%s starts a worker', (id) => {
    const code = "new Worker(new URL('./worker.ts', import.meta.url))";
    expect(hook(workerFiles(), 'transform')(code, id)).toMatchObject({
      code: 'new Worker(new URL(MEMO_WORKER_FILE_runtime_END, import.meta.url))',
    });
    const entry = slashed(id).replace('client', 'worker');
    expect(hook(workerEntries(), 'transform')(code, id)).toMatchObject({
      code: `new Worker(import.meta.ROLLUP_FILE_URL_<${entry}>)`,
    });
  });

  it.each(['/p/node_modules/', 'C:\\p\\node_modules\\'])('other people’s in %s are known', (modules) => {
    const others = (path: string) =>
      `${modules}${modules.includes('\\') ? path.replaceAll('/', '\\') : path}`;
    const code = 'new URL("ort.webgpu.mjs",import.meta.url)';
    expect(hook(readableByBundlers(), 'transform')(code, others('onnxruntime-web/dist/a.mjs'))).toMatchObject(
      {
        code: 'new URL(import.meta.url)',
      },
    );
    const resolve = hook(speechRuntime(), 'resolveId');
    const found = resolve('onnxruntime-web/webgpu', others('@huggingface/transformers/dist/a.js'));
    expect(found).toMatch(/^[^\\]+\/src\/speech\/transformers-ort\.ts$/);
    expect(resolve('onnxruntime-web/webgpu', others('other/a.js'))).toBeNull();
  });
});
