/** `<memo-bert>` as an author uses it: attributes right and wrong, several on a page, moved about, taken out while it loads. */

import type { Route } from '@playwright/test';
import { expect, recorded, test } from './support/browser';
import { element, openBody } from './support/elsewhere';
import { expectPhase, expectWhole, nextError, nextEstimate } from './support/element';

declare global {
  interface Window {
    /** How each `start()` did. */
    ended: string[];
    /** Every clone of a track that was made. */
    clones: MediaStreamTrack[];
    another(): MediaStreamTrack;
  }
}

test('wrong attributes are told and named, their defaults hold; label words change while the camera runs', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openBody(
    page,
    '<memo-bert device="wasm" prompt="I am happy." labels="happy,sad,bored" rate-face="fast">',
  );
  const told = await element(page, (found) =>
    found.attributeErrors.map(({ code, message, cure }) => [code, message, cure]),
  );
  expect(told).toEqual([
    ['prompt-invalid', expect.stringContaining('no mask'), expect.stringContaining('[MASK]')],
    [
      'attribute-invalid',
      expect.stringContaining('rate-face cannot be "fast"'),
      expect.stringContaining('number'),
    ],
  ]);
  await element(page, (found) => found.start());
  const first = await nextEstimate(page);
  expectWhole(first);
  expect(first.labels).toEqual(['happy', 'sad', 'bored']);
  await element(page, (found) => {
    found.setAttribute('labels', 'angry,calm');
    found.setAttribute('prompt', 'The person looks [MASK].');
  });
  await page.waitForFunction(() => window.estimates.at(-1)?.labels.join() === 'angry,calm');
  await expect(page.getByText('The person looks').first()).toBeVisible();
  // the vocabulary itself refuses this one: told while it runs, and the bundle's own labels hold
  await element(page, (found) => found.setAttribute('labels', 'angry,unheardof'));
  expect(await nextError(page)).toBe('label-invalid');
  await page.waitForFunction(() => window.estimates.at(-1)?.labels.length === 7);
  // of two masks the same is said, and the bundle's own sentence holds
  await element(page, (found) => found.setAttribute('prompt', 'From [MASK] to [MASK].'));
  expect(await nextError(page, 1)).toBe('prompt-invalid');
  expect(await element(page, (found) => found.attributeErrors.map(({ message }) => message))).toContainEqual(
    expect.stringContaining('2 masks'),
  );
  await expect(page.getByText('The person looks')).toHaveCount(0);
  await expectPhase(page, 'listening');
  await element(page, (found) => found.setAttribute('device', 'gpu'));
  expect(await nextError(page, 2)).toBe('attribute-invalid');
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(2);
});

test('an attribute that is taken away is its default again: without src, Start says that it asks for devices', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openBody(
    page,
    '<memo-bert src="clip.webm" device="wasm" bundle="./models/small/manifest.json" modalities="face voice">',
  );
  await expect(page.getByTestId('start')).toBeVisible();
  await expect(page.getByTestId('consent')).toHaveCount(0);
  await element(page, (found) => {
    for (const name of ['src', 'device', 'bundle', 'modalities']) found.removeAttribute(name);
    // as a framework does with what is not given
    Object.assign(found, { assetBase: undefined, smoothing: undefined, stream: undefined });
    return found.updateComplete;
  });
  await expect(page.getByTestId('consent')).toBeVisible();
  await expect(page.getByTestId('switch-camera')).toBeVisible();
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  await page.getByTestId('start').click();
  await expectPhase(page, 'listening');
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(2);
});

test('what is no address is told: all is there with it, and a run ends', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openBody(page, '<memo-bert device="wasm" bundle="http://" speech="//"></memo-bert>');
  await expect(page.getByTestId('start')).toBeVisible();
  expect(await element(page, (found) => found.attributeErrors.map(({ code }) => code))).toEqual([
    'attribute-invalid',
    'attribute-invalid',
  ]);
  await element(page, (found) => {
    found.setAttribute('bundle', './models/other/manifest.json');
    return found.start();
  });
  await expectPhase(page, 'listening');
  await element(page, (found) => found.setAttribute('bundle', '//'));
  await expectPhase(page, 'idle');
  expect(await nextError(page)).toBe('attribute-invalid');
});

test('a label that the vocabulary refuses is told once and listed while it is written; a sentence beside it holds', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openBody(
    page,
    '<memo-bert device="wasm" prompt="I feel [MASK]." labels="happy,unheardof"></memo-bert>',
  );
  const codes = () => page.evaluate(() => window.errorCodes);
  const listed = () => element(page, (found) => found.attributeErrors.map(({ code }) => code));
  const asked = async (sentence: string, labels: number) => {
    await page.waitForFunction((count) => window.estimates.at(-1)?.labels.length === count, labels);
    await expect(page.getByText(sentence).first()).toBeVisible();
  };
  await element(page, (found) => found.start());
  await asked('I feel', 7);
  expect([await codes(), await listed()]).toEqual([['label-invalid'], ['label-invalid']]);
  await element(page, (found) => {
    found.saver = true;
    return found.updateComplete;
  });
  await nextEstimate(page);
  expect([await codes(), await listed()]).toEqual([['label-invalid'], ['label-invalid']]);
  // while it runs: both at once, the one right
  await element(page, (found) => {
    found.prompt = 'You look [MASK].';
    found.labels = 'sad,unheardof';
  });
  expect(await nextError(page, 1)).toBe('label-invalid');
  await asked('You look', 7);
  expect(await listed()).toEqual(['label-invalid']);
  await element(page, (found) => (found.labels = 'sad,calm'));
  await asked('You look', 2);
  expect([await codes(), await listed()]).toEqual([['label-invalid', 'label-invalid'], []]);
});

test('what a visitor asks of the mask stays when an attribute changes', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  await element(page, (found) => found.start());
  await expectPhase(page, 'listening');
  await page.getByTestId('wording').click();
  await page.getByTestId('ask-words-4').check({ force: true });
  await page.waitForFunction(() => window.estimates.at(-1)?.labels.length === 4);
  await element(page, (found) => {
    found.saver = true;
    return found.updateComplete;
  });
  expect((await nextEstimate(page)).labels).toHaveLength(4);
  await expect(page.getByTestId('ask-words-4')).toBeChecked();
});

test('two share one worker and keep their evidence apart; the last to leave ends it', async ({ open }) => {
  const page = await open();
  await openBody(
    page,
    '<memo-bert device="wasm"></memo-bert><memo-bert device="wasm" id="second"></memo-bert>',
  );
  const say = (index: number, text: string) =>
    page.evaluate(
      ([index, text]) =>
        document.querySelectorAll('memo-bert')[index]?.handle({ name: 'text', detail: { text } }),
      [index, text] as const,
    );
  const top = (index: number) =>
    page.waitForFunction(
      (index) => document.querySelectorAll('memo-bert')[index]?.estimate?.modalities.text.present === true,
      index,
    );
  await say(0, 'What a wonderful day');
  await top(0);
  // fetched with the first answer, of words alone as well
  await expect(page.getByTestId('rates')).toContainText(/MEmoBERT\s*[\d.]+ ms/);
  expect(await page.evaluate(() => document.querySelectorAll('memo-bert')[1]?.estimate)).toBeNull();
  await say(1, 'I am furious');
  await top(1);
  const [glad, furious] = await page.evaluate(() =>
    [...document.querySelectorAll('memo-bert')].map(({ estimate }) => estimate?.probabilities),
  );
  expect(glad).not.toEqual(furious);
  const shared = page.workers();
  expect(shared).toHaveLength(1);
  await page.evaluate(async () => {
    document.querySelector('memo-bert')?.remove();
    const last = document.querySelector('memo-bert')!;
    const answered = new Promise((resolve) => last.addEventListener('estimate', resolve, { once: true }));
    last.handle({ name: 'text', detail: { text: 'I am furious indeed' } });
    await answered;
  });
  expect(page.workers()).toEqual(shared);
  await page.evaluate(() => document.querySelector('memo-bert')?.remove());
  await expect.poll(() => page.workers().length).toBe(0);
});

test('moved it goes on; taken out while it loads it leaves nothing behind', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openBody(page, '<div id="a"><memo-bert device="wasm"></memo-bert></div><div id="b"></div>');
  // cut short before the model is there
  const ended = await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const started = found.start();
    await new Promise((loading) => found.addEventListener('progress', loading, { once: true }));
    found.remove();
    return started.then(() => found.state);
  });
  expect(ended).toBe('idle');
  await expect.poll(() => page.workers().length).toBe(0);
  await expect
    .poll(() => page.evaluate(() => window.grantedTracks.every(({ readyState }) => readyState === 'ended')))
    .toBe(true);
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  await page.evaluate(() => {
    const found = document.createElement('memo-bert');
    found.device = 'wasm';
    document.querySelector('#a')?.append(found);
    found.addEventListener('estimate', ({ detail }) => window.estimates.push(detail));
    return found.start();
  });
  await nextEstimate(page);
  const granted = await page.evaluate(() => window.grantedTracks.length);
  const moves = await page.evaluate(() => {
    const found = document.querySelector('memo-bert')!;
    const [a, b] = [document.querySelector('#a')!, document.querySelector('#b')!];
    b.append(found);
    a.moveBefore(found, null);
    return document.querySelector('#a memo-bert') === found;
  });
  expect(moves).toBe(true);
  await nextEstimate(page);
  await expectPhase(page, 'listening');
  const tracks = await page.evaluate(() => window.grantedTracks.map(({ readyState }) => readyState));
  // in any order: what the element that was taken out had asked for may be granted, and ended, after it
  expect(tracks.filter((state) => state === 'live')).toHaveLength(2);
  expect(tracks).toHaveLength(granted);
});

test('an element that goes by its events hears that a run is over, whatever ended it', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const ends = (by: 'another model' | 'taken out') =>
    page.evaluate(async (by) => {
      const found = document.querySelector('memo-bert')!;
      await found.start();
      const told = new Promise((resolve) => {
        found.addEventListener('statechange', ({ detail }) => resolve([detail, found.state]), { once: true });
      });
      if (by === 'taken out') found.remove();
      else found.bundle = 'models/other/manifest.json';
      return told;
    }, by);
  const over = [{ phase: 'idle', previous: 'listening', conditions: [] }, 'idle'];
  expect(await ends('another model')).toEqual(over);
  expect(await ends('taken out')).toEqual(over);
});

test('a stream of the page’s: read in place of the devices, and its end is told', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const context = canvas.getContext('2d')!;
    setInterval(() => context.fillRect(0, 0, 64, 48), 50);
    found.stream = canvas.captureStream(20);
    await Promise.all([found.start(), found.start()]);
  });
  await expectPhase(page, 'listening');
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(0);
  await element(page, (found) => found.stream?.getTracks().forEach((track) => track.stop()));
  expect(await nextError(page)).toBe('device-lost');
  // nothing there to take: told as well
  await element(page, (found) => found.start().catch(() => undefined));
  expect(await nextError(page, 1)).toBe('nothing-to-capture');
  await page.route('**/clip.webm', (route) =>
    route.fulfill({ path: recorded.clip, contentType: 'video/webm' }),
  );
  await element(page, (found) => {
    found.stream = null;
    found.src = './clip.webm';
    return found.start();
  });
  expectWhole(await nextEstimate(page, 'face'));
  await element(page, (found) => {
    found.src = './nowhere.webm';
    return found.start().catch(() => undefined);
  });
  expect(await nextError(page, 2)).toBe('file-missing');
});

test('a stream that is muted, changed and taken back: what is read of it is, too', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const cameraOf = (colour: string) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
      const context = Object.assign(canvas.getContext('2d')!, { fillStyle: colour });
      setInterval(() => context.fillRect(0, 0, 64, 48), 50);
      return canvas.captureStream(20).getTracks()[0]!;
    };
    const clone = MediaStreamTrack.prototype.clone;
    window.clones = [];
    MediaStreamTrack.prototype.clone = function () {
      const made = clone.call(this);
      window.clones.push(made);
      return made;
    };
    window.another = () => cameraOf('green');
    found.stream = new MediaStream([cameraOf('red')]);
    await found.start();
  });
  await expectPhase(page, 'listening');
  const conditions = () => page.evaluate(() => document.querySelector('memo-bert')!.conditions);
  const enable = (enabled: boolean) =>
    page.evaluate((enabled) => {
      for (const track of document.querySelector('memo-bert')!.stream!.getTracks()) track.enabled = enabled;
    }, enabled);
  await enable(false);
  await expect.poll(conditions).toContain('no-picture');
  await enable(true);
  await expect.poll(conditions).not.toContain('no-picture');
  await element(page, (found) => {
    const { stream } = found;
    for (const track of stream?.getTracks() ?? []) {
      track.stop();
      stream?.removeTrack(track);
    }
    setTimeout(() => stream?.addTrack(window.another()), 600);
  });
  const clones = () => page.evaluate(() => window.clones.map(({ readyState }) => readyState));
  await expect.poll(clones).toEqual(['ended', 'live']);
  expectWhole(await nextEstimate(page, 'face'));
  await element(page, (found) => (found.stream = null));
  await expectPhase(page, 'idle');
  expect([await clones(), await page.evaluate(() => window.errorCodes)]).toEqual([['ended', 'ended'], []]);
});

test('a file by its address loads with a Cancel and is not left for a word; a stop, a second start and a removal end it in silence', async ({
  open,
}) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm" src="slow.webm"></memo-bert>');
  const asked: Route[] = [];
  await page.route('**/slow.webm', (route) => void asked.push(route));
  const arrive = () => asked.at(-1)!.fulfill({ path: recorded.clip, contentType: 'video/webm' });
  const ended = () => page.evaluate(() => window.ended);
  const start = async () => {
    const before = asked.length;
    await page.evaluate(() => {
      const said = (how: string) => () => void window.ended.push(how);
      window.ended ??= [];
      document.querySelector('memo-bert')!.start().then(said('resolved'), said('rejected'));
    });
    await expect.poll(() => asked.length).toBe(before + 1);
  };

  await start();
  await expectPhase(page, 'loading');
  await expect(page.getByTestId('progress')).toContainText('slow.webm');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expectPhase(page, 'idle');
  await expect.poll(ended).toEqual(['resolved']);

  await start();
  await start();
  await expect.poll(ended).toEqual(['resolved', 'resolved']);
  for (const request of [
    { name: 'text', detail: { text: 'hello' } },
    { name: 'seek', detail: { time: 1 } },
    { name: 'follow', detail: { box: { x: 0, y: 0, width: 1, height: 1 } } },
  ] as const)
    await page.evaluate((request) => document.querySelector('memo-bert')!.handle(request), request);
  await expectPhase(page, 'loading');
  const [estimate] = await Promise.all([nextEstimate(page, 'text'), arrive()]);
  expectWhole(estimate);

  await start();
  await element(page, (found) => found.remove());
  await expect.poll(ended).toEqual(['resolved', 'resolved', 'resolved', 'resolved']);
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
});
