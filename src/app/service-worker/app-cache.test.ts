import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppCache } from './app-cache';
import type { Build, BuildFile, Group } from './build';
import { cacheStorages, type NamedCaches } from './testing/named-caches';

const SCOPE = 'https://page.test/app/';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const file = (path: string, group: Group, text: string): BuildFile => ({
  ...{ path, group, sha256: sha256(text), bytes: text.length },
});

/** Path -> group and content; what the host has is `host`. */
type Contents = Readonly<Record<string, readonly [group: Group, text: string]>>;

const FIRST: Contents = {
  'index.html': ['shell', '<html>1</html>'],
  'assets/a-1.js': ['shell', 'a1'],
  'assets/ort.js': ['wasm', 'ort'],
  'assets/gpu.js': ['webgpu', 'gpu'],
  'mediapipe.js': ['engine', 'mp'],
};
const SECOND: Contents = {
  ...FIRST,
  'index.html': ['shell', '<html>2</html>'],
  'mediapipe.js': ['engine', 'mp2'],
};

let caches: NamedCaches;
let host: Map<string, string>;
let asked: string[];
/** WebAssembly comes after it. */
let late: Promise<void>;
/** Besides, with a page. */
let sent: Record<string, string>;

beforeEach(() => {
  sent = {};
  late = Promise.resolve();
  caches = cacheStorages();
  host = new Map();
  asked = [];
});

function deploy(version: string, contents: Contents, scope = SCOPE): AppCache {
  for (const [path, [, text]] of Object.entries(contents)) host.set(scope + path, text);
  const build: Build = {
    version,
    files: Object.entries(contents).map(([path, [group, text]]) => file(path, group, text)),
    pageHeaders: { 'cross-origin-opener-policy': 'same-origin', 'content-security-policy': 'ours' },
    scriptHeaders: { 'cross-origin-embedder-policy': 'require-corp' },
  };
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = String(input);
    if (url.includes('ort')) await late;
    asked.push(url.slice(scope.length));
    const text = host.get(url);
    if (text === undefined) return new Response('', { status: 404 });
    const headers: Record<string, string> = url.endsWith('.html')
      ? { 'content-type': 'text/html', 'content-encoding': 'gzip', 'content-length': '5', vary: '*', ...sent }
      : {};
    return new Response(text, { headers });
  };
  return new AppCache(build, { caches, fetch, scope });
}

const at = (app: AppCache, path: string) => {
  const found = app.fileAt(SCOPE + path);
  if (found === null) throw new Error(`${path} is not ours`);
  return app.answer(found);
};

async function installed(): Promise<AppCache> {
  const app = deploy('1', FIRST);
  await app.install();
  asked.length = 0;
  return app;
}

describe('which file', () => {
  it('an address means: the folder is the page, and a query changes nothing', () => {
    const app = deploy('1', FIRST);
    for (const path of ['', 'index.html', '?device=wasm', '#notice']) {
      expect(app.fileAt(SCOPE + path)?.path).toBe('index.html');
    }
    for (const url of [`${SCOPE}elsewhere.html`, 'https://other.test/app/index.html', 'https://page.test/']) {
      expect(app.fileAt(url)).toBeNull();
    }
  });
});

describe('installed', () => {
  it('the shell is there, and no more; without the host it is served with our headers', async () => {
    const app = await installed();
    expect(await app.kept()).toMatchObject({ groups: ['shell'] });
    host.clear();
    const page = await at(app, '');
    expect(await page.text()).toBe('<html>1</html>');
    expect(Object.fromEntries(page.headers)).toEqual({
      'content-type': 'text/html',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': 'ours',
    });
    expect((await at(app, 'assets/a-1.js')).headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(asked).toEqual([]);
  });

  it('fails where the host has another file, and the version before stays whole', async () => {
    await installed();
    const second = deploy('2', SECOND);
    host.set(`${SCOPE}index.html`, '<html>3</html>');
    await expect(second.install()).rejects.toThrow('index.html');
    const first = deploy('1', FIRST);
    expect(await (await at(first, '')).text()).toBe('<html>1</html>');
  });

  it.each([
    ['x-frame-options', 'DENY'],
    ['x-content-type-options', 'nosniff'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['content-security-policy', 'stricter'],
    ['referrer-policy', 'no-referrer'],
  ])("the host's own %s is left as it is, with and without it", async (name, value) => {
    sent = { [name]: value };
    const app = await installed();
    host.clear();
    expect((await at(app, '')).headers.get(name)).toBe(value);
    const changed = deploy('2', { 'index.html': ['shell', 'other'] });
    expect((await at(changed, '')).headers.get(name)).toBe(value);
  });

  it("the host's own headers are kept", async () => {
    const app = deploy('1', FIRST);
    await app.install();
    const [name = ''] = await caches.keys();
    const headers = { 'content-security-policy': 'stricter' };
    await (await caches.open(name)).put(`${SCOPE}index.html`, new Response('<html>1</html>', { headers }));
    expect((await at(app, '')).headers.get('content-security-policy')).toBe('stricter');
  });
});

describe('another file', () => {
  it('is kept once it was used', async () => {
    const app = await installed();
    await at(app, 'assets/ort.js');
    await at(app, 'assets/ort.js');
    expect(asked).toEqual(['assets/ort.js']);
    expect((await app.kept()).groups).toEqual(['shell', 'wasm']);
  });

  it('is handed on, but not kept, where the host has a newer one by now', async () => {
    const app = await installed();
    host.set(`${SCOPE}assets/ort.js`, 'newer');
    expect(await (await at(app, 'assets/ort.js')).text()).toBe('newer');
    expect((await app.kept()).groups).toEqual(['shell']);
  });

  it('whose name stays is not handed on where the host has that of another version', async () => {
    const app = await installed();
    host.set(`${SCOPE}mediapipe.js`, 'newer');
    expect((await at(app, 'mediapipe.js')).type).toBe('error');
    host.set(`${SCOPE}mediapipe.js`, 'mp');
    expect(await (await at(app, 'mediapipe.js')).text()).toBe('mp');
  });

  it('is answered, with our headers and fetched once, where the device is full; keeping and installing say so', async () => {
    const app = await installed();
    const open = caches.open.bind(caches);
    const put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    caches.open = async (name) => Object.assign(await open(name), { put });
    const script = await at(app, 'assets/ort.js');
    expect(await script.text()).toBe('ort');
    expect(script.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(asked).toEqual(['assets/ort.js']);
    await expect(app.keep(['engine'])).rejects.toThrow('full');
    await expect(deploy('2', SECOND).install()).rejects.toThrow('full');
  });

  it('that was damaged is fetched again', async () => {
    const app = await installed();
    const [name = ''] = await caches.keys();
    await (await caches.open(name)).put(`${SCOPE}assets/a-1.js`, new Response('evil'));
    expect(await (await at(app, 'assets/a-1.js')).text()).toBe('a1');
    expect(asked).toEqual(['assets/a-1.js']);
    expect(await (await at(app, 'assets/a-1.js')).text()).toBe('a1');
    expect(asked).toHaveLength(1);
  });
});

describe('a new version', () => {
  it('fetches what changed of what was kept, takes over the rest, and then the one before goes', async () => {
    const first = await installed();
    await first.keep(['engine', 'wasm']);
    asked.length = 0;
    const second = deploy('2', SECOND);
    await second.install();
    expect(asked.toSorted()).toEqual(['index.html', 'mediapipe.js']);
    expect((await second.kept()).groups.toSorted()).toEqual(['engine', 'shell', 'wasm']);
    // a session of the version before goes on meanwhile
    expect(await (await at(first, 'mediapipe.js')).text()).toBe('mp');
    await second.prune();
    expect(await caches.keys()).toEqual(['memo-bert-app /app/ 2']);
    const third = deploy('3', FIRST);
    await third.install();
    expect((await third.kept()).groups.toSorted()).toEqual(['engine', 'shell', 'wasm']);
  });

  it('that waited while something was asked for has it kept by the next one at the latest', async () => {
    const first = await installed();
    const second = deploy('2', SECOND);
    await second.install();
    await first.keep(['wasm', 'webgpu']);
    await second.prune();
    expect((await second.kept()).groups).toEqual(['shell']);
    const third = deploy('3', SECOND);
    await third.install();
    expect((await third.kept()).groups).toEqual(['shell', 'wasm', 'webgpu']);
    await third.forget(false);
    await third.prune();
    expect((await third.kept()).groups).toEqual(['shell']);
    const fourth = deploy('4', SECOND);
    await fourth.install();
    expect((await fourth.kept()).groups).toEqual(['shell']);
  });

  it.each([true, false])(
    'that is being installed hears what is asked for meanwhile, and what no more: kept before %s',
    async (before) => {
      const first = await installed();
      if (before) await first.keep(['wasm']);
      const second = deploy('2', SECOND);
      const fetched = second.install();
      await (before ? first.forget(false) : first.keep(['wasm']));
      await fetched;
      await second.prune();
      expect((await second.kept()).groups).toEqual(before ? ['shell'] : ['shell', 'wasm']);
    },
  );

  it("leaves another folder's, and other people's caches, alone", async () => {
    await installed();
    await deploy('9', FIRST, 'https://page.test/other/').install();
    await caches.open('somebody');
    const second = deploy('2', SECOND);
    await second.install();
    await second.prune();
    expect((await caches.keys()).toSorted()).toEqual([
      'memo-bert-app /app/ 2',
      'memo-bert-app /other/ 9',
      'somebody',
    ]);
  });
});

describe('forgetting', () => {
  it('all but the shell: it was not asked for either any more', async () => {
    const app = await installed();
    await app.keep(['engine', 'wasm']);
    await app.forget(false);
    expect((await app.kept()).groups).toEqual(['shell']);
    const second = deploy('2', SECOND);
    await second.install();
    expect((await second.kept()).groups).toEqual(['shell']);
  });

  it('that two tabs do not do: what they ask for at once is kept by the next version, all of it', async () => {
    const app = await installed();
    await Promise.all([app.keep(['extra']), app.keep(['speech'])]);
    const more: Contents = { 'extra.js': ['extra', 'x'], 'speech.js': ['speech', 's'] };
    const second = deploy('2', { ...SECOND, ...more });
    await second.install();
    expect((await second.kept()).groups).toEqual(['shell', 'extra', 'speech']);
  });

  it('after one of them failed: what still came with it is deleted as well', async () => {
    const app = await installed();
    host.delete(`${SCOPE}mediapipe.js`);
    let goOn: () => void = () => undefined;
    late = new Promise<void>((resolve) => (goOn = resolve));
    const forgotten = app.keep(['engine', 'wasm']).catch(() => app.forget(false));
    for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
    goOn();
    await forgotten;
    for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
    expect((await app.kept()).groups).toEqual(['shell']);
  });

  it('everything, while another tab keeps: that is told, and nothing comes back', async () => {
    const app = await installed();
    const keeping = app.keep(['wasm']);
    await app.forget(true);
    await expect(keeping).rejects.toThrow('deleted');
    expect(await caches.keys()).toEqual([]);
  });

  it('everything: nothing is written afterwards', async () => {
    const app = await installed();
    await app.forget(true);
    expect(await (await at(app, 'assets/a-1.js')).text()).toBe('a1');
    expect(await caches.keys()).toEqual([]);
    expect(await app.kept()).toEqual({ groups: [], bytes: 0 });
  });

  it('everything, while a script is asked for: it is answered, and nothing comes back', async () => {
    const app = await installed();
    const has = caches.has.bind(caches);
    let forgotten: Promise<void> | null = null;
    // between the question whether the cache is there and its opening
    caches.has = async (name) => {
      const there = await has(name);
      await (forgotten ??= app.forget(true));
      return there;
    };
    expect(await (await at(app, 'assets/ort.js')).text()).toBe('ort');
    expect(await caches.keys()).toEqual([]);
  });
});
