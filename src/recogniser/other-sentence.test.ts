/** What was answered to one sentence is no answer to the next. */

import { expect, it } from 'vitest';
import { healthyAnswers } from './testing/fake-client';
import { settled } from './testing/manual-clock';
import { listening } from './testing/set-up';

it('no mark is taken of an answer to another sentence, left on the screen or not answered anew yet', async () => {
  const missing = expect.objectContaining({ code: 'moment-missing' });
  const { recogniser, clock, clients, live } = await listening();
  const client = clients[0]!;
  await clock.advance(1000);
  for (const word of ['happy', 'sad']) recogniser.mark(word);
  const { estimate: left } = recogniser.state;
  live.fire('end');
  await clock.advance(100);
  await recogniser.configure({ prompt: 'It was [MASK].' });
  expect(recogniser.state).toMatchObject({ phase: 'idle', estimate: { labels: left!.labels } });
  expect(() => recogniser.mark('sad')).toThrow(missing);
  expect(recogniser.adaptation.marks).toEqual([]);
  await recogniser.configure({ prompt: null });
  expect(recogniser.state.estimate?.probabilities, 'its own marks change it again').toEqual(
    left!.probabilities,
  );
  recogniser.mark('sad');
  expect(recogniser.adaptation.marks).toHaveLength(3);
  // a text is asked again, and its answer of before is shown till then
  await recogniser.setText('hello');
  recogniser.mark('happy');
  delete client.answers.estimate;
  void recogniser.configure({ prompt: 'It was [MASK].' });
  await clock.advance(100);
  expect(client.waiting('estimate')).toHaveLength(1);
  expect(() => recogniser.mark('happy')).toThrow(missing);
  const { body, answer } = client.take('estimate');
  answer(healthyAnswers().estimate!(body));
  await settled();
  expect(recogniser.mark('happy').probabilities).toEqual([0.75, 0.25]);
  recogniser.close();
});
