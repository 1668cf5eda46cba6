/**
 * An inference worker without a model, in the place of the built one: answers each request at once and by rule, so that
 * tests of the page around it take seconds. Speaks `src/runtime/protocol.ts`.
 */

import type { Page } from '@playwright/test';

/** Runs in the page as the worker's script; refers to nothing outside of itself. */
function fakeWorker(): void {
  const LABELS = ['neutral', 'happy', 'sad', 'angry', 'surprised', 'scared', 'disgusted'];
  const CLASSES = [
    ...['neutral', 'happiness', 'surprise', 'sadness'],
    ...['anger', 'disgust', 'fear', 'contempt'],
  ];
  interface Session {
    text: string;
    labels: readonly string[];
    prompt: string;
    faceTime: number;
    voiceTime: number;
    followed: number;
    taken: { time: number; text: string; face: number[]; voice: number[] } | null;
  }
  const fresh = (): Session => ({
    ...{ text: '', labels: LABELS, prompt: 'I am [MASK].' },
    ...{ faceTime: -9, voiceTime: -9, followed: 0, taken: null },
  });
  const sessions = new Map<number, Session>();
  /** Two faces side by side; the left one is followed until it is told otherwise. */
  const faces = (own: Session) =>
    [0.1, 0.6].map((x, index) => ({
      box: { x: x * 640, y: 120, width: 160, height: 200 },
      score: 0.9,
      followed: index === own.followed,
      expression: null,
    }));
  const answers: Record<string, (own: Session, body: Record<string, unknown>) => unknown> = {
    load: () => ({
      manifest: {
        ...{ name: 'fake', version: '1' },
        prompt: 'I am [MASK].',
        labels: LABELS.map((id) => ({ id, word: id })),
        face: { rateHz: 10 },
      },
      backend: {
        ...{ name: 'wasm', forced: true, reason: 'it was asked for', adapter: null, threads: 1 },
        graphs: Object.fromEntries(
          ['face', 'voice', 'fusion'].map((role) => [role, { name: 'denseface', precision: 'fp32' }]),
        ),
      },
    }),
    face: (own, { frame, time }) => {
      (frame as VideoFrame).close();
      own.faceTime = time as number;
      return { time, faces: faces(own), frameWidth: 640, frameHeight: 480, latency: {} };
    },
    samples: (own, { time }) => {
      // a second of silence in each four, so that a timeline has something to mark
      if ((time as number) % 4 < 3) own.voiceTime = time as number;
      return {};
    },
    voice: (own, { time }) => {
      const speaking = (time as number) - own.voiceTime < 0.5;
      return { time, speaking, level: 0.1, muted: false, clipped: 0, latency: {} };
    },
    text: (own, { texts }) => {
      own.text = (texts as { text: string }[]).map(({ text }) => text).join(' ');
      // thrown where nobody catches it: the whole worker is lost, as by a crash; a fresh one is told it too, and lives
      if (own.text === 'CRASH' && own.faceTime > -9) setTimeout(() => reportError(new Error('crash')));
      return {};
    },
    prompt: (own, { prompt, labels }) => {
      if ((labels as string[] | null)?.includes('unheardof') === true) {
        throw { code: 'label-invalid', message: 'The label "unheardof" is not one word.', cure: 'Another.' };
      }
      own.prompt = (prompt as string | null) ?? 'I am [MASK].';
      own.labels = (labels as string[] | null) ?? LABELS;
      return { prompt: own.prompt, labels: own.labels };
    },
    follow: (own, { box }) => {
      own.followed = (box as { x: number }).x > 320 ? 1 : 0;
      return {};
    },
    estimate: (own, { time }) => {
      const now = time as number;
      const face = now - own.faceTime < 1;
      const voice = now - own.voiceTime < 0.5;
      const text = own.text !== '';
      if (!face && !voice && !text) return null;
      const weights = own.labels.map((_, index) => 1 + Math.sin(index + now + own.text.length) ** 2 * 4);
      const sum = weights.reduce((a, b) => a + b, 0);
      const probabilities = weights.map((weight) => weight / sum);
      const times = (present: boolean, each: number) =>
        present ? Array.from({ length: 10 }, (_, at) => now - (10 - at) * each) : [];
      own.taken = { time: now, text: own.text, face: times(face, 0.1), voice: times(voice, 0.06) };
      const modality = (present: boolean) => ({
        present,
        probabilities: present ? probabilities : null,
        contribution: present ? 0.5 : 0,
      });
      return {
        ...{ time: now, labels: own.labels, probabilities },
        words: [{ word: own.labels[0], probability: 0.5 }],
        modalities: { text: modality(text), face: modality(face), voice: modality(voice) },
        evidence: {
          face: { times: times(face, 0.1), each: 0.1 },
          voice: { times: times(voice, 0.06), each: 0.06 },
        },
        ...{ faces: face ? faces(own) : [], latency: { fusion: 1 }, backend: 'wasm' },
      };
    },
    moment: ({ taken }) => {
      if (taken === null) throw { code: 'moment-missing', message: 'There is no moment.', cure: 'Start.' };
      return {
        time: taken.time,
        words: taken.text.toLowerCase().match(/\w+|[^\w\s]/g) ?? [],
        face: { times: taken.face, each: 0.1, expressions: taken.face.map(() => CLASSES.map(() => 1 / 8)) },
        voice: { times: taken.voice, each: 0.06 },
        heads: true,
      };
    },
    fill: (own, { masks }) => {
      const { words, faces, voice } = masks as Record<'words' | 'faces' | 'voice', number[]>;
      const flat = own.labels.map(() => 1 / own.labels.length);
      const error = { error: 0.5, blind: 1, explained: 0.75 };
      const guesses = ['glad', 'fine', 'here', 'home', 'late'].map((word) => ({ word, probability: 0.125 }));
      return {
        masks,
        words: words.map((index) => ({ index, pieces: [{ given: 'x', probability: 0.01, guesses }] })),
        face:
          faces.length === 0
            ? null
            : {
                ...{ frames: faces.length, classes: CLASSES, guessed: CLASSES.map(() => 1 / 8) },
                ...{ own: CLASSES.map(() => 1 / 8), divergence: 0, agreement: 1, ...error },
              },
        voice: voice.length === 0 ? null : { tokens: voice.length, ...error },
        answer: { labels: own.labels, whole: flat, masked: flat },
      };
    },
    reset: (own) => Object.assign(own, { text: '', faceTime: -9, voiceTime: -9, followed: 0 }) && {},
    forget: () => ({}),
    release: () => ({}),
  };
  onmessage = ({ data: { id, session, kind, body } }: MessageEvent) => {
    const own = sessions.get(session) ?? fresh();
    sessions.set(session, own);
    const post = (message: unknown) => (postMessage as (message: unknown) => void)(message);
    if (kind === 'load') {
      const progress = { step: 'fetch', loadedBytes: 1, totalBytes: 2, item: 'memobert.onnx' };
      post({ kind: 'progress', progress });
    }
    const answer = () => {
      try {
        post({ id, kind, ok: true, body: answers[kind]?.(own, body) });
      } catch (error) {
        post({ id, kind, ok: false, error });
      }
    };
    // a moment to cut a load short in
    if (kind === 'load') setTimeout(answer, 300);
    else answer();
  };
}

/** From here on, every worker of the page is a fake one. */
export async function fakeWorkers(page: Page): Promise<void> {
  // not the chunk of `worker-client.ts`, which is the page's own side
  await page.route(/\/assets\/worker-(?!client-)[^/]*\.js$/, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      // an isolated page takes no worker without it
      headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
      body: `(${fakeWorker.toString()})();`,
    }),
  );
}
