/** The page itself: fits its window, asks for nothing before a click, and can be read by a machine. */

import { INITIAL_OFFLINE } from '../src/offline/state';
import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage, press } from './support/element';
import { fakeWorkers } from './support/fake-worker';

for (const width of [320, 390, 768, 1440]) {
  test(`fits ${width} px`, async ({ open }) => {
    const page = await open({ viewport: { width, height: 844 } });
    await openPage(page);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await expect(page.getByRole('button', { name: /^start/i }).first()).toBeInViewport();
  });
}

test('the picture is a low strip above the rest, and as a camera has it beside the rest', async ({
  open,
}) => {
  const page = await open();
  await openPage(page);
  const ratioAt = async (width: number) => {
    await page.setViewportSize({ width, height: 1000 });
    const shape = (await page.locator('memo-preview .picture').boundingBox())!;
    return shape.width / shape.height;
  };
  for (const width of [640, 768, 769]) expect(await ratioAt(width), `${width} px`).toBeCloseTo(5 / 2, 1);
  for (const width of [600, 770, 820, 960, 961, 1440])
    expect(await ratioAt(width), `${width} px`).toBeCloseTo(4 / 3, 1);
});

test('a sentence of one long word is broken, and the page does not scroll sideways', async ({ open }) => {
  const page = await open({ viewport: { width: 320, height: 844 } });
  await openPage(page);
  await page.evaluate(() => {
    document.querySelector('memo-bert')!.prompt = 'https://example.com/some/long/path/thing.html is [MASK].';
  });
  await expect(page.locator('memo-prompt')).toContainText('thing.html');
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
});

test('a file that is dropped beside the card is opened in it, not in place of the page', async ({ open }) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [recorded.clip], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 3, y: 3, data });
  await expect(page.getByRole('slider')).toBeVisible();
  await expectPhase(page, 'idle');
});

test('opening it loads no model and asks for no device', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  const heavy: string[] = [];
  page.on('request', (request) => {
    if (/\.(onnx|wasm)/.test(request.url())) heavy.push(request.url());
  });
  await openPage(page);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(heavy).toEqual([]);
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(0);
});

for (const [lang, purpose] of [
  ['en', /how long each stage/],
  ['ko', /단계/],
] as const) {
  test(`what is fetched once somebody scrolls to it says before what it is for, in ${lang}`, async ({
    open,
  }) => {
    const page = await open({ viewport: { width: 390, height: 844 } });
    await openPage(page, `?lang=${lang}`);
    const measure = page.locator('memo-measure');
    await expect(measure.getByText(purpose)).toBeVisible();
    expect(await measure.evaluate((element) => element.matches(':defined'))).toBe(false);
    await measure.scrollIntoViewIfNeeded();
    await expect(measure.getByRole('button')).toBeVisible();
    // its own words have taken the place
    await expect(page.locator('[data-text=measureText]')).toBeHidden();
  });
}

test('the visitor can spare the battery, before and while it runs', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await fakeWorkers(page);
  await openPage(page);
  await press(page, /^start/i);
  await expectPhase(page, 'listening');
  const looks = () =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const element = document.querySelector('memo-bert')!;
          let rate = 0;
          const leave = element.subscribe(({ rates }) => (rate = rates.face));
          leave();
          resolve(rate);
        }),
    );
  await expect.poll(looks).toBeGreaterThan(6);
  await page.getByTestId('saver').check();
  await expect.poll(looks).toBeLessThan(4.6);
  await page.getByTestId('saver').uncheck();
  await expect.poll(looks).toBeGreaterThan(6);
});

test('it carries its notice and its policy', async ({ open }) => {
  const page = await open();
  await openPage(page);
  await expect(page.locator('body')).toContainText(/not .*what (a|the) person feels/i);
  await expect(page.locator('body')).toContainText(/Not for work or education.*Art\.\s5\(1\)\(f\)/s);
  await expect(page.getByTestId('consent')).toContainText(/AI system.*in this page.*can be wrong/);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toContain('unsafe-inline');
});

test('what is kept here is not said before it is known', async ({ open }) => {
  const page = await open();
  await openPage(page);
  await page.evaluate(async (before) => {
    await customElements.whenDefined('memo-offline');
    const store = {
      look: () => undefined,
      subscribe: (tell: (state: unknown) => void) => {
        Object.assign(window, { tellKept: (work: string) => tell({ ...before, work }) });
        tell(before);
        return () => undefined;
      },
    };
    document.body.append(
      Object.assign(document.createElement('memo-offline'), { store: store as never, id: 'looking' }),
    );
  }, INITIAL_OFFLINE);
  const state = page.locator('#looking').getByTestId('offline-state');
  await expect(state).toHaveText('Looking up what is kept here …');
  const tell = (work: string) =>
    page.evaluate((work) => (window as unknown as { tellKept: (work: string) => void }).tellKept(work), work);
  await tell('none');
  await expect(state).toHaveText(/^\s*Not kept/);
  // a later look says nothing of itself
  await tell('looking');
  await expect(state).toHaveText(/^\s*Not kept[^…]*$/);
});

test('opened as the network goes, it takes no harm: what is kept for offline is shown once the network is back', async ({
  open,
}) => {
  const page = await open();
  const script = '**/memo-offline-*.js';
  await page.route(script, (route) => route.abort('internetdisconnected'));
  const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('memo-offline-'));
  await openPage(page);
  await failed;
  await page.unroute(script);
  // the page may hear of it after the test does
  await expect(async () => {
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await expect(page.getByTestId('offline-state')).toBeVisible({ timeout: 5_000 });
  }).toPass();
});

test('a guide that does not come as the network goes harms nothing, and comes when asked again', async ({
  open,
}) => {
  const page = await open();
  const thrown: Error[] = [];
  page.on('pageerror', (error) => thrown.push(error));
  await openPage(page);
  const script = '**/memo-guide-*.js';
  await page.route(script, (route) => route.abort('internetdisconnected'));
  const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('memo-guide-'));
  await press(page, 'Show me around');
  await failed;
  await page.unroute(script);
  const dialog = page.getByRole('dialog');
  await expect(async () => {
    // one that came late covers the button
    if (await dialog.isHidden())
      await page.getByRole('button', { name: 'Show me around' }).click({ timeout: 5_000 });
    await expect(dialog).toBeVisible({ timeout: 5_000 });
  }).toPass();
  expect(thrown).toEqual([]);
});

test('it can be installed', async ({ open }) => {
  const page = await open({ serviceWorkers: 'allow' });
  await openPage(page);
  const browser = await page.context().newCDPSession(page);
  const { url, errors } = await browser.send('Page.getAppManifest');
  expect(url).toMatch(/\/app\.webmanifest$/);
  expect(errors).toEqual([]);
  const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
  // a test's window is a private one, and that alone stands against it
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
});
