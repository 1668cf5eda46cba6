/** Does what the scripts ask for, one request after the other: faces or voices, as the first request says. */
import { FaceHarness } from './face-harness';
import type { Answer, FromHarness, ToHarness } from './harness-protocol';
import { VoiceHarness } from './voice-harness';

let harness: FaceHarness | VoiceHarness | null = null;

async function answer(message: ToHarness): Promise<Answer> {
  if ('setup' in message) {
    const { setup } = message;
    harness = await (setup.part === 'face' ? FaceHarness.create(setup) : VoiceHarness.create(setup));
    return harness.about;
  }
  if ('mode' in message && harness instanceof FaceHarness) return harness.answer(message.url, message.mode);
  if ('clip' in message && harness instanceof VoiceHarness) return harness.answer(message.clip);
  throw new Error('Set up first, for what is asked.');
}

self.onmessage = ({ data }: MessageEvent<ToHarness>) => {
  answer(data).then(
    (value) => {
      self.postMessage({ id: data.id, ok: true, value } satisfies FromHarness);
    },
    (error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
      self.postMessage({ id: data.id, ok: false, message: String(error) + cause } satisfies FromHarness);
    },
  );
};
