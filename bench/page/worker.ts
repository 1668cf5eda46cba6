/** Ours, in a worker as in our page: ONNX Runtime on the backend, and with as many threads, as the first message says. */

import { answer } from './live';
import { Ours, type Material } from './ours';
import { OURS, setUp, type Ask, type Contestant } from './protocol';
import { together } from './together';

let ours: Ours | null = null;
const contestants = new Map<string, Contestant>();

async function take(message: Ask | Material): Promise<unknown> {
  if ('threads' in message) {
    ours = await Ours.create(message);
    return null;
  }
  if (message.kind === 'together') return together(contestants, message);
  if (message.kind !== 'set-up' || ours === null)
    return answer(message, 'name' in message ? contestants.get(message.name) : undefined);
  const made = ours;
  const { contestant, ...times } = await setUp(() => made.make(message.name.replace(OURS, '')));
  contestants.set(message.name, contestant);
  return times;
}

self.onmessage = ({ data }: MessageEvent<Ask | Material>) => {
  take(data).then(
    (value) => self.postMessage({ ok: true, value }),
    (error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
      self.postMessage({ ok: false, value: String(error) + cause });
    },
  );
};
