import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoError } from '../errors';
import { turn } from '../runtime/turn';
import { OfflineStore } from './offline-store';
import { FakeContainer, FakeWorker, setUp } from './testing/fake-service-worker';

afterEach(() => void vi.useRealTimers());

describe('keeping', () => {
  it('brings files and scripts, tells bytes, and asks the browser to leave them', async () => {
    const { store, seen, container } = setUp();
    await store.open();
    expect(store.state).toMatchObject({ kept: 'nothing', neededBytes: 100, storedBytes: 10, work: 'none' });
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', persistent: true, work: 'none', error: null });
    expect(container.groups).toEqual(new Set(['shell', 'engine', 'wasm', 'extra']));
    const told = seen.filter(({ work }) => work === 'keeping').map(({ loadedBytes }) => loadedBytes);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(100);
  });

  it('does not wait for the visitor, whom Firefox asks whether it may stay; a late answer is taken', async () => {
    const { parts } = setUp();
    let answer: (persistent: boolean) => void = () => undefined;
    const persist = () => new Promise<boolean>((resolve) => (answer = resolve));
    const store = new OfflineStore({
      ...parts,
      storage: { persist, persisted: () => Promise.resolve(false) },
    });
    await store.open();
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', persistent: false, work: 'none' });
    answer(true);
    await Promise.resolve();
    expect(store.state.persistent).toBe(true);
  });

  it('goes on where the browser cannot be asked', async () => {
    const { parts } = setUp();
    const no = () => Promise.reject(new Error('no'));
    const store = new OfflineStore({ ...parts, storage: { persist: no, persisted: no } });
    await store.open();
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', persistent: false, error: null });
  });

  it('that breaks off says why, and what came stays', async () => {
    const { store, page } = setUp();
    await store.open();
    page.fails = new MemoError('file-missing', 'gone', 'connect');
    page.missing = 40;
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'partly', work: 'none', error: { code: 'file-missing' } });
    expect(store.state).toMatchObject({ neededBytes: 100, missingBytes: 40 });
    page.fails = null;
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', error: null });
  });

  it('stays told as failed while it is looked at again, until the next request', async () => {
    const { store, page } = setUp();
    await store.open();
    page.fails = new MemoError('file-missing', 'gone', 'connect');
    await Promise.all([store.request('keep'), store.look()]);
    expect(store.state).toMatchObject({ work: 'none', error: { code: 'file-missing' } });
    await store.request('delete');
    expect(store.state.error).toBeNull();
  });

  it.each<[how: string, harm: (container: FakeContainer) => void]>([
    ['the service worker fails', (container) => (container.fails = true)],
    ['it is gone', (container) => (container.registration.active = null)],
  ])('is not done where %s', async (_how, harm) => {
    const { store, container } = setUp();
    await store.open();
    harm(container);
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'partly', error: { code: 'not-kept' } });
  });

  it('is not done where the device is full, and takes nothing that comes', async () => {
    const { store, page } = setUp();
    await store.open();
    page.full = true;
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'nothing', work: 'none', error: { code: 'not-kept' } });
    expect(store.state.error?.message).toContain('no room');
    page.full = false;
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', error: null });
  });

  it('is not offered without a service worker', async () => {
    const { parts } = setUp();
    const store = new OfflineStore({ ...parts, container: null });
    await store.open();
    expect(store.state.supported).toBe(false);
    await store.request('keep');
    expect(store.state.error?.code).toBe('not-kept');
  });

  it('is told to fail where the browser refuses the service worker, once somebody asks', async () => {
    const { store, container } = setUp();
    container.register = () => Promise.reject(new DOMException('no', 'SecurityError'));
    await store.open();
    expect(store.state).toMatchObject({ work: 'none', error: null });
    await store.request('keep');
    expect(store.state.error?.code).toBe('not-kept');
  });

  it('is not done where a file of the page is missing; asked again, it is tried again', async () => {
    const { store, container } = setUp();
    const { ready, register } = container;
    container.failToInstall();
    await store.open();
    expect(store.state).toMatchObject({ work: 'none', kept: 'nothing', error: null });
    await store.request('keep');
    expect(store.state).toMatchObject({ work: 'none', error: { code: 'not-kept' } });
    expect(store.state.error?.message).toContain('a file of the page');
    await store.request('delete');
    expect(store.state).toMatchObject({ work: 'none', error: null });
    Object.assign(container, { ready, register });
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', work: 'none', error: null });
  });

  it('ends where the service worker was ended: it says nothing for half a minute', async () => {
    const { store, container } = setUp();
    await store.open();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    container.holds = true;
    const keeping = store.request('keep');
    await vi.advanceTimersByTimeAsync(29_000);
    expect(store.state.work).toBe('keeping');
    container.holds = false;
    await vi.advanceTimersByTimeAsync(2_000);
    await keeping;
    expect(store.state).toMatchObject({ kept: 'partly', work: 'none', error: { code: 'not-kept' } });
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', error: null });
  });

  it('goes on for as long as the service worker says that it is at it', async () => {
    const { store, container } = setUp();
    await store.open();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    container.holds = true;
    const keeping = store.request('keep');
    for (let minutes = 0; minutes < 3; minutes += 1 / 3) {
      await vi.advanceTimersByTimeAsync(20_000);
      container.held[0]?.postMessage({ kind: 'working' });
      await turn();
    }
    expect(store.state).toMatchObject({ work: 'keeping', error: null });
    container.holds = false;
    container.held[0]?.postMessage(container.answer({ kind: 'keep', groups: ['engine', 'wasm', 'extra'] }));
    await keeping;
    expect(store.state).toMatchObject({ kept: 'all', work: 'none', error: null });
  });

  it('counts as nothing where the manifest cannot be had', async () => {
    const { parts } = setUp();
    const none = () => Promise.reject(new MemoError('manifest-unreachable', '', ''));
    const store = new OfflineStore({ ...parts, deviceFiles: none });
    await store.open();
    expect(store.state).toMatchObject({ kept: 'nothing', neededBytes: null, work: 'none', error: null });
  });
});

describe('deleting', () => {
  it('takes the models, and leaves the page', async () => {
    const { store, container, page } = setUp();
    await store.open();
    await store.request('keep');
    await store.request('delete');
    expect(store.state).toMatchObject({ kept: 'nothing', storedBytes: 10 });
    expect([page.deleted, page.marks, container.registered]).toEqual([1, 2, true]);
  });

  it('everything takes the service worker and the marks as well', async () => {
    const { store, container, page } = setUp();
    await store.open();
    await store.request('keep');
    await store.request('forget');
    expect(store.state).toMatchObject({ kept: 'nothing', storedBytes: 0 });
    expect(container.registered).toBe(false);
    expect(container.groups.size).toBe(0);
    expect(page.marks).toBe(0);
  });

  it('everything takes what a first version left that could not be installed, and nothing of other folders', async () => {
    const { store, container, page } = setUp();
    container.failToInstall();
    page.caches = new Set(['memo-bert-app / 1', 'memo-bert-app /other/ 1', 'mine']);
    await store.open();
    await store.request('forget');
    expect(store.state).toMatchObject({ work: 'none', error: null });
    expect([...page.caches]).toEqual(['memo-bert-app /other/ 1', 'mine']);
  });

  it('everything is heard by a version that is still being installed; the models alone are not its business', async () => {
    const { store, container } = setUp();
    await store.open();
    const { registration } = container;
    registration.installing = registration.active;
    registration.active = new FakeWorker(new FakeContainer());
    const heard = vi.spyOn(container, 'answer');
    await store.request('delete');
    expect(heard.mock.calls).toEqual([]);
    await store.request('forget');
    expect(heard.mock.calls).toEqual([[{ kind: 'forget', everything: true }]]);
  });

  it('everything goes on where the service worker fails', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.fails = true;
    page.caches = new Set(['memo-bert-app / 1']);
    await store.request('forget');
    expect(store.state).toMatchObject({ work: 'none', error: null });
    expect([page.marks, page.caches.size, container.registered]).toEqual([0, 0, false]);
  });
});

describe('a new version', () => {
  it('that waits keeps and deletes as well, after the one before', async () => {
    const { store, container } = setUp();
    await store.open();
    container.registration.bring();
    const heard = vi.spyOn(container, 'answer');
    await store.request('keep');
    await store.request('delete');
    const changes = heard.mock.calls.map(([{ kind }]) => kind).filter((kind) => kind !== 'kept');
    expect(changes).toEqual(['keep', 'keep', 'forget', 'forget']);
    await store.request('keep');
    expect(store.state).toMatchObject({ kept: 'all', error: null });
  });

  it('waits until it is asked for, and then the page is loaded again', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    expect(page).toMatchObject({ firsts: 1, reloads: 0 });
    container.registration.bring();
    expect(store.state.update).toBe('ready');
    page.busy = true;
    await store.request('update');
    expect(page.reloads).toBe(1);
  });

  it('is refused while another tab is at work', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    container.registration.bring();
    container.otherBusy = true;
    await store.request('update');
    expect(store.state.update).toBe('refused');
    expect(page.reloads).toBe(0);
    container.otherBusy = false;
    await store.request('update');
    expect(page.reloads).toBe(1);
  });

  it('is asked for until the browser has looked', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    container.registration.bring();
    container.looksAway = 2;
    const updates: string[] = [];
    store.subscribe(({ update }) => updates.push(update));
    await store.request('update');
    expect(container.asked).toBe(3);
    expect(page.reloads).toBe(1);
    expect(updates).toContain('coming');
  });

  it('that does not answer may be asked for again', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    container.registration.bring();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    container.holds = true;
    const updating = store.request('update');
    await vi.advanceTimersByTimeAsync(29_000);
    expect(store.state.update).toBe('coming');
    container.holds = false;
    await vi.advanceTimersByTimeAsync(2_000);
    await updating;
    expect(store.state).toMatchObject({ update: 'ready', work: 'none' });
    expect(page.reloads).toBe(0);
    await store.request('update');
    expect(page.reloads).toBe(1);
  });

  it('that another tab took is loaded here too, but not under a running session', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    page.busy = true;
    container.take();
    expect(page.reloads).toBe(0);
    page.busy = false;
    container.take();
    expect(page.reloads).toBe(1);
  });

  it('comes by itself to a page that nobody has touched', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    page.touched = false;
    container.registration.bring();
    await store.look();
    expect(page.reloads).toBe(1);
    expect(container).toMatchObject({ asked: 1, unasked: 1 });
  });

  it('that waits as the page opens comes by itself', async () => {
    const { store, container, page } = setUp();
    container.controller = {} as ServiceWorker;
    container.registration.bring();
    page.touched = false;
    await store.open();
    await store.look();
    expect(page.reloads).toBe(1);
  });

  it('waits for a click where another tab was touched', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    page.touched = false;
    container.otherBusy = true;
    container.registration.bring();
    await store.look();
    expect(container.unasked).toBe(1);
    expect(page.reloads).toBe(0);
    expect(store.state.update).toBe('ready');
  });

  it('is asked for no more once somebody touches the page, and then waits for a click', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    page.touched = false;
    container.looksAway = 10;
    store.subscribe(({ update }) => (page.touched = update === 'coming'));
    container.registration.bring();
    await store.look();
    expect(container.unasked).toBe(0);
    expect(store.state.update).toBe('ready');
  });

  it('that came under a session which had just begun ends nothing; a click brings its page', async () => {
    const { store, container, page } = setUp();
    await store.open();
    container.take();
    page.touched = false;
    page.busy = true;
    container.registration.bring();
    await store.look();
    expect(page.reloads).toBe(0);
    expect(store.state.update).toBe('ready');
    await store.request('update');
    expect(page.reloads).toBe(1);
  });

  it('is looked for when asked; without a network nothing comes of it', async () => {
    const { store, container } = setUp();
    store.lookForUpdate();
    await store.open();
    store.lookForUpdate();
    await store.look();
    expect(container.looked).toBe(1);
    expect(store.state).toMatchObject({ update: 'none', error: null });
  });

  it.each([true, false])('asks, and hears whether this page is busy, or touched: %s', async (busy) => {
    const { store, container, page } = setUp();
    await store.open();
    page.busy = busy;
    page.touched = !busy;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<unknown>((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    container.dispatchEvent(new MessageEvent('message', { data: { kind: 'busy?' }, ports: [port2] }));
    expect(await answer).toEqual({ busy, touched: !busy });
    port1.close();
  });
});
