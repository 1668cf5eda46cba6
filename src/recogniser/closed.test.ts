/** Closed while a script is fetched: what goes on after it loads no model that nobody could let go. */

import { expect, it } from 'vitest';
import { eventually } from '../testing/eventually';
import type { Recogniser } from './recogniser';
import { estimateAt, FakeClient, healthyAnswers } from './testing/fake-client';
import { FakeReader } from './testing/fake-reader';
import { settled } from './testing/manual-clock';
import { setUp } from './testing/set-up';

it.each<[string, (recogniser: Recogniser) => Promise<unknown>, () => Promise<unknown>]>([
  ['what answers a text', (recogniser) => recogniser.setText('hello'), () => import('./text-answer')],
  ['what is pushed to', (recogniser) => recogniser.startPush(), () => import('../capture/pushed-source')],
])('while %s is fetched', async (_what, begin, script) => {
  const { recogniser, clients } = setUp();
  await recogniser.load();
  const begun = begin(recogniser);
  recogniser.close();
  await Promise.all([begun, script()]);
  await settled();
  expect(clients.map(({ closed }) => closed)).toEqual([true]);
});

it('while what goes back to a moment of a file under analysis is fetched', async () => {
  const byHand = () => new FakeClient({ ...healthyAnswers(), estimate: undefined });
  const { recogniser, clients, openings, source } = setUp(byHand);
  const started = recogniser.startFile(new Blob(['x']), 'x.webm');
  openings[0]!.arrive(Object.assign(source(), { reader: new FakeReader(20) }));
  await started;
  await eventually(() => clients[0]!.take('estimate').answer(estimateAt(0.25)));
  await eventually(() => expect(recogniser.state.estimate).not.toBeNull());
  const taken = recogniser.takeMoment();
  recogniser.close();
  await expect(taken).rejects.toMatchObject({ code: 'aborted' });
  await settled();
  expect(clients.map(({ closed }) => closed)).toEqual([true]);
});
