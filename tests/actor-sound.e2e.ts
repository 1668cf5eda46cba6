/** The actor's sound where a browser starts none some seconds after the click that asked for it: WebKit, whose model takes longer to load. */

import { expect, test } from './support/browser';
import { expectPhase, nextEstimate, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

test('the actor is heard after a touch where its sound was refused: what asked before is not let in later', async ({
  open,
}) => {
  const page = await open();
  await page.addInitScript(() => {
    const real = window.AudioContext;
    let allowed = false;
    window.AudioContext = class extends real {
      constructor(options?: AudioContextOptions) {
        super(options);
        void super.suspend();
      }
      override resume(): Promise<void> {
        return allowed ? super.resume() : new Promise(() => undefined);
      }
    };
    Object.assign(window, { allowSound: () => (allowed = true) });
  });
  await fakeWorkers(page);
  await openPage(page);
  await page.getByTestId('actor').click();
  await expectPhase(page, 'listening');
  await page.waitForFunction(() => document.querySelector('memo-bert')!.conditions.includes('no-sound'));
  await nextEstimate(page, 'face');
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  await page.evaluate(() => (window as unknown as { allowSound(): void }).allowSound());
  await page.keyboard.press('Shift');
  // a microphone's graph that runs alone would bring its silence
  await page.waitForFunction(() => {
    const levels: number[] = [];
    document.querySelector('memo-bert')!.subscribe(({ level }) => levels.push(level))();
    return levels[0]! > 0.01;
  });
  await page.waitForFunction(() => !document.querySelector('memo-bert')!.conditions.includes('no-sound'));
});

test('an actor that is stopped while its lines are fetched leaves nothing behind, where sound is not closed twice: Firefox', async ({
  open,
}) => {
  const page = await open();
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.addInitScript(() => {
    const real = window.AudioContext;
    const closing = new WeakSet<AudioContext>();
    window.AudioContext = class extends real {
      // the state follows later
      override get state(): AudioContextState {
        return closing.has(this) ? 'running' : super.state;
      }
      override close(): Promise<void> {
        if (closing.has(this)) return Promise.reject(new DOMException('Twice.', 'InvalidStateError'));
        closing.add(this);
        return super.close();
      }
    };
  });
  await fakeWorkers(page);
  let asked = (): void => undefined;
  const line = new Promise<void>((resolve) => (asked = resolve));
  await page.route('**/*.mp3', () => asked());
  await openPage(page);
  await page.getByTestId('actor').click();
  await line;
  await page.getByTestId('stop').click();
  await expectPhase(page, 'idle');
  await page.unroute('**/*.mp3');
  await page.getByTestId('actor').click();
  await nextEstimate(page, 'face');
  expect(errors).toEqual([]);
});
