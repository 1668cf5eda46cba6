/** What parts and the page still ask for when the element has left, as a router, a dialog or a list takes it out. */

import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage } from './support/element';
import { openBody } from './support/elsewhere';
import { fakeWorkers } from './support/fake-worker';

// whatever is uncaught in the page fails each of them

test('a listener of the page takes the element out on its own request: nothing is asked of it, and nothing fails', async ({
  open,
}) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  await page.evaluate(() => {
    const found = document.querySelector('memo-bert')!;
    found.addEventListener('memo-request', () => found.remove());
  });
  await page.getByTestId('start').click();
  await expect(page.locator('memo-bert')).toHaveCount(0);
});

test('a part that stays behind asks nothing of the element that has left', async ({ open }) => {
  const page = await open();
  await openBody(
    page,
    '<memo-engine id="it" device="wasm"></memo-engine><memo-controls for="it"></memo-controls>',
  );
  const start = page.getByTestId('start');
  await expect(start).toBeVisible();
  await page.evaluate(() => document.querySelector('#it')!.remove());
  await start.click();
  await expect(start).toBeVisible();
});

test('a guide around an element that leaves while it is fetched is over, and comes at the next wish', async ({
  open,
}) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  await page.evaluate(async () => {
    const { showGuide } = (await import(
      new URL('./memo-bert.js', document.baseURI).href
    )) as typeof import('../src/elements');
    const found = document.querySelector('memo-bert')!;
    const shown = showGuide(found);
    found.remove();
    await shown;
    document.body.append(found);
    void showGuide(found);
  });
  await expect(page.getByTestId('guide')).toBeVisible();
});

test('moved into a frame and back it looks as before, and so do the parts that come there', async ({
  open,
}) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const looks = () =>
    page.evaluate(() => {
      const frame = document.querySelector('iframe');
      const found =
        document.querySelector('memo-bert') ?? frame!.contentDocument!.querySelector('memo-bert')!;
      const styled = ({ ownerDocument }: Element, inside: Element) =>
        ownerDocument.defaultView!.getComputedStyle(inside).display;
      const inner = (part: string, selector: string) => {
        const of = found.shadowRoot!.querySelector(part)!;
        return styled(of, of.shadowRoot!.querySelector(selector)!);
      };
      return [styled(found, found.shadowRoot!.querySelector('.all')!), inner('memo-controls', '.row')];
    });
  await expect(page.getByTestId('start')).toBeVisible();
  expect(await looks()).toEqual(['grid', 'flex']);
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    frame.contentDocument!.body.append(document.querySelector('memo-bert')!);
  });
  expect(await looks()).toEqual(['grid', 'flex']);
  // and a part that comes first there
  await page.evaluate(() => {
    document.querySelector('iframe')!.contentDocument!.body.append(document.createElement('memo-meter'));
  });
  const meter = page.frameLocator('iframe').locator('body > memo-meter');
  await expect(meter).toHaveCSS('display', 'flex');
  await page.evaluate(() => {
    const inside = document.querySelector('iframe')!.contentDocument!;
    document.body.append(inside.querySelector('memo-bert')!);
  });
  expect(await looks()).toEqual(['grid', 'flex']);
});

test('moved into a frame it speaks the language of what is around it there', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  await expect(page.getByTestId('start')).toHaveText('Start');
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    frame.contentDocument!.documentElement.lang = 'ko';
    frame.contentDocument!.body.append(document.querySelector('memo-bert')!);
  });
  await expect(page.frameLocator('iframe').getByTestId('start')).toHaveText('시작');
});

test('with a file that is open it asks for nothing anew: no address is loaded after it has ended', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await expectPhase(page, 'idle');
  await expect(page.getByTestId('player')).toBeVisible();
  const wrong: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())));
  page.on('requestfailed', (request) => void wrong.push(request.url()));
  // in one turn: what a load asks for is asked once the script has ended
  await page.evaluate(() => document.querySelector('memo-bert')!.remove());
  await page.waitForLoadState('networkidle');
  expect(wrong).toEqual([]);
});
