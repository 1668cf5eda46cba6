/** Which camera and microphone, chosen in the element from those that Chromium makes up. */

import type { Page } from '@playwright/test';
import { axeFindings } from './support/axe';
import { expect, test } from './support/browser';
import { expectPhase } from './support/element';
import { element, openBody } from './support/elsewhere';

const devices = 2;
const grant = ['camera', 'microphone'] as const;
const BODY = '<memo-bert device="wasm"></memo-bert>';

const cameras = (page: Page) => page.getByTestId('choose-camera');
const microphones = (page: Page) => page.getByTestId('choose-microphone');

/** The ids of the live tracks of one kind. */
const live = (page: Page, kind: 'video' | 'audio') =>
  page.evaluate(
    (kind) =>
      (window as unknown as { grantedTracks: MediaStreamTrack[] }).grantedTracks
        .filter((track) => track.kind === kind && track.readyState === 'live')
        .map((track) => track.getSettings().deviceId),
    kind,
  );

/** Of the options that stand for a device. */
const values = async (page: Page, of: (page: Page) => ReturnType<typeof cameras>) => {
  await expect(of(page)).toBeEnabled();
  const all = await of(page)
    .locator('option')
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  return all.filter((value) => value !== '');
};

test('a camera is changed while it runs, and the run goes on', async ({ open }) => {
  const page = await open({ grant, devices });
  await openBody(page, BODY);
  await page.getByTestId('open-devices').click();
  await expect(page.getByTestId('devices-when')).toHaveText(/next start/);
  await page.getByTestId('start').click();
  await expectPhase(page, 'listening');
  await expect(page.getByTestId('devices-when')).toHaveText(/at once/);
  const ids = await values(page, cameras);
  expect(ids.length).toBe(2);
  const [before] = await live(page, 'video');
  await expect(cameras(page)).toHaveValue('');
  await expect(cameras(page).locator('option').first()).toHaveText(/^The browser’s choice \(.+\)$/);
  const other = ids.find((id) => id !== before)!;
  const phases = page.evaluate(() => {
    const told: string[] = [];
    const found = document.querySelector('memo-bert')!;
    found.addEventListener('statechange', ({ detail }) => told.push(detail.phase));
    return new Promise<string[]>((resolve) =>
      found.subscribe(({ stream }) => {
        const id = stream?.getVideoTracks()[0]?.getSettings().deviceId;
        const first = (window as unknown as { first?: string }).first;
        Object.assign(window, { first: first ?? id });
        if (first !== undefined && id !== undefined && id !== first) resolve(told);
      }),
    );
  });
  await cameras(page).selectOption(other);
  expect((await phases).filter((phase) => phase !== 'listening')).toEqual([]);
  expect(await live(page, 'video')).toEqual([other]);
  await expect(cameras(page)).toHaveValue(other);
  // off and on, and a start by the page itself, take the one that was chosen
  const camera = page.getByTestId('switch-camera');
  await camera.click();
  await expect(page.getByTestId('live')).toHaveText('Microphone on');
  await camera.click();
  await expect(page.getByTestId('live')).toContainText('Camera on');
  expect(await live(page, 'video')).toEqual([other]);
  await element(page, (found) => found.start());
  expect(await live(page, 'video')).toEqual([other]);
});

test('one that is unplugged is not replaced in silence', async ({ open }) => {
  const page = await open({ grant, devices });
  await openBody(page, BODY);
  await element(page, (found) =>
    found.handle({
      name: 'devices-choose',
      detail: { camera: { deviceId: { exact: 'gone' } } },
    }),
  );
  await page.getByTestId('open-devices').click();
  await expect(cameras(page)).toHaveValue('gone');
  await expect(page.getByTestId('camera-note')).toHaveText(/not connected.*choose another/);
  await page.getByTestId('start').click();
  await expectPhase(page, 'listening');
  expect(await live(page, 'video')).toEqual([]);
  const [first] = await values(page, cameras);
  await cameras(page).selectOption(first!);
  await expect(page.getByTestId('live')).toContainText('Camera on');
  expect(await live(page, 'video')).toEqual([first]);
  await expect(page.getByTestId('camera-note')).toBeHidden();
});

test('alone it is an error with its cause and cure', async ({ open }) => {
  const page = await open({ grant, devices });
  await openBody(page, '<memo-bert device="wasm" modalities="face"></memo-bert>');
  const told = await element(page, async (found) => {
    found.handle({ name: 'devices-choose', detail: { camera: { deviceId: { exact: 'gone' } } } });
    return found.start().catch(({ code, message, cure }) => ({ code, message, cure }));
  });
  expect(told).toEqual({
    code: 'device-missing',
    message: 'The camera that was chosen is not there.',
    cure: 'Plug it in again, or choose another camera, then press Start again.',
  });
});

test('a microphone is chosen before the start by the keyboard, and a page may refuse', async ({ open }) => {
  const page = await open({ grant, devices });
  await openBody(page, '<memo-bert device="wasm" modalities="voice"></memo-bert>');
  await page.getByTestId('open-devices').focus();
  await page.keyboard.press('Enter');
  const ids = await values(page, microphones);
  await expect(cameras(page)).toHaveCount(0);
  await page.keyboard.press('Tab');
  await expect(microphones(page)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(microphones(page)).toHaveValue(ids[0]!);
  await element(page, (found) =>
    found.addEventListener('memo-request', (event) => event.preventDefault(), { once: true }),
  );
  await page.keyboard.press('ArrowDown');
  await expect(microphones(page)).toHaveValue(ids[0]!);
  await page.getByTestId('start').click();
  await expectPhase(page, 'listening');
  expect(await live(page, 'audio')).toEqual([ids[0]]);
});

const OWN = { en: /^The browser’s choice \((.+)\)$/, ko: /^브라우저에 맡김\((.+)\)$/ };

for (const lang of ['en', 'ko'] as const)
  test(`where nothing was chosen it says which ones the browser took, in ${lang}`, async ({ open }) => {
    const page = await open({ grant, devices });
    await openBody(page, `<div lang="${lang}">${BODY}</div>`);
    await page.getByTestId('open-devices').click();
    await page.getByTestId('start').click();
    for (const [of, kind] of [
      [cameras, 'video'],
      [microphones, 'audio'],
    ] as const) {
      await expect(of(page)).toHaveValue('');
      const first = of(page).locator('option').first();
      await expect(first).toHaveText(OWN[lang]);
      const label = await page.evaluate(
        (kind) => window.grantedTracks.find((track) => track.kind === kind)?.label,
        kind,
      );
      expect(OWN[lang].exec((await first.textContent()) ?? '')?.[1]).toBe(label);
    }
    // of one that was chosen nobody says that the browser chose it
    await microphones(page).selectOption({ index: 1 });
    await expect(microphones(page).locator('option').first()).not.toHaveText(OWN[lang]);
    await page.getByTestId('stop').click();
    await expect(cameras(page).locator('option').first()).not.toHaveText(OWN[lang]);
  });

test('the system’s own microphone is told by the name of the device that it is', async ({ open }) => {
  const page = await open({ grant, devices });
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const list = mediaDevices.enumerateDevices.bind(mediaDevices);
    // as where there is a real one: the system's own stands in its group
    mediaDevices.enumerateDevices = async () =>
      (await list()).map(({ deviceId, kind, label }) => {
        const groupId = deviceId === 'default' || label === 'Fake Audio Input 2' ? 'desk' : label;
        return { deviceId, kind, label, groupId } as MediaDeviceInfo;
      });
  });
  await openBody(page, BODY);
  await page.getByTestId('open-devices').click();
  await page.getByTestId('start').click();
  await expect(microphones(page).locator('option').first()).toHaveText(
    'The browser’s choice (Fake Audio Input 2)',
  );
});

test('the choice stays with another bundle, and when the element leaves the page and comes back', async ({
  open,
}) => {
  const page = await open({ grant, devices });
  await openBody(page, BODY);
  await page.getByTestId('open-devices').click();
  const [, second] = await values(page, microphones);
  await microphones(page).selectOption(second!);
  await element(page, (found) => (found.bundle = './models/small/manifest.json?another'));
  await element(page, (found) => found.updateComplete);
  await expect(microphones(page)).toHaveValue(second!);
  await page.getByTestId('start').click();
  await expectPhase(page, 'listening');
  expect(await live(page, 'audio')).toEqual([second]);
  await element(page, async (found) => {
    found.remove();
    await new Promise((resolve) => setTimeout(resolve)); // a task later it has stopped
    document.body.append(found);
    await found.start();
  });
  expect(await live(page, 'audio')).toEqual([second]);
  await expect(microphones(page)).toHaveValue(second!);
});

for (const lang of ['en', 'ko'])
  test(`before anything was allowed it says so, on a narrow screen, in ${lang}`, async ({ open }) => {
    const page = await open({ devices, viewport: { width: 320, height: 640 } });
    await openBody(page, `<main lang="${lang}"><h1>Elsewhere</h1>${BODY}</main>`);
    await page.getByTestId('open-devices').click();
    await expect(cameras(page)).toBeDisabled();
    await expect(page.getByTestId('camera-note')).toHaveText(
      lang === 'en' ? /no names/ : /이름을 알 수 없습니다/,
    );
    await expect(microphones(page)).toHaveAccessibleDescription(lang === 'en' ? /allow one/ : /허용하기 전/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    expect(await axeFindings(page)).toEqual([]);
  });
