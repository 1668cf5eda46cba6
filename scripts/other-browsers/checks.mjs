/**
 * What `npm run firefox` and `npm run webkit` ask of a browser. Each check gets it and gives what is wrong, or null; what starts sound is
 * done in a click (`act`). Those that say `sound` need a machine that plays it: without any sound device Firefox runs no AudioContext, and so
 * reads no microphone.
 */

import { startHost } from './host.mjs';

/** In the page: the next estimate that `wanted` holds of; rejects with the element's own error. */
const nextEstimate = (wanted) => `new Promise((resolve, reject) => {
  const found = document.querySelector('memo-bert');
  found.addEventListener('error', ({ detail }) => reject(new Error(detail.code + ': ' + detail.message)));
  found.addEventListener('estimate', ({ detail: e }) => { if (${wanted}) resolve(e); });
})`;
const whole = ({ probabilities }) => Math.abs(probabilities.reduce((a, b) => a + b, 0) - 1) < 1e-5;
const DEFINED = `customElements.whenDefined('memo-bert').then(() => null)`;
const ALL = 'e.modalities.face.present && e.modalities.voice.present && e.modalities.text.present';
const ACT = `document.querySelector('memo-bert').handle({ name: 'start-actor', detail: {} })`;

/** In the page: how far the element has come. */
export const KNOWN = `(() => {
  const found = document.querySelector('memo-bert');
  let known;
  found.subscribe((state) => (known = state))();
  const { phase, conditions, progress, error, camera, microphone, backend, level, estimate } = known;
  return { phase, conditions, progress, error, camera, microphone, backend, level, present: estimate?.modalities };
})()`;

/** In the page: the element resolves with its state once `wanted` holds of it. */
const reached = (wanted) => `new Promise((resolve) => {
  const found = document.querySelector('memo-bert');
  const leave = found.subscribe((s) => {
    if (!(${wanted})) return;
    const { conditions, level, phase } = s;
    resolve({ conditions, level, phase });
    setTimeout(() => leave());
  });
})`;

/** In the page: a part by its test's name, in whichever shadow. */
const part = (name) => `(() => {
  const look = (root) => root.querySelector('[data-testid="${name}"]')
    ?? [...root.querySelectorAll('*')].map((each) => each.shadowRoot && look(each.shadowRoot)).find(Boolean);
  return look(document);
})()`;

/** Asked again and again, for two minutes: the page may reload in between. Rejects with what did not come. */
async function until(evaluate, wanted) {
  let last;
  for (let asked = 0; asked < 600; asked += 1) {
    last = await evaluate(wanted).catch((error) => error.message);
    if (last === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${wanted} never held: ${JSON.stringify(last)}`);
}

/**
 * The first estimate of all that the actor gives. A browser that runs no sound later than some seconds after the click that asked for it
 * (WebKit, on a slow machine) has the element say so: the visitor then touches the page.
 */
async function actorRead({ evaluate, act }) {
  await act(`(${ACT}, void (window.read = ${nextEstimate(ALL)}), null)`);
  const refused = reached(`s.conditions.includes('no-sound')`);
  const estimate = await evaluate(`Promise.race([window.read, ${refused}.then(() => null)])`);
  if (estimate !== null) return estimate;
  await act('null');
  return evaluate('window.read');
}

const actor = {
  name: 'the page: the actor is seen, heard and read',
  sound: true,
  run: async ({ open, evaluate, act }) => {
    await open('/?device=wasm');
    await evaluate(DEFINED);
    const estimate = await actorRead({ evaluate, act });
    return whole(estimate) && estimate.backend === 'wasm' ? null : JSON.stringify(estimate);
  },
};

/** In the page: a text is typed. */
const TYPE = `document.querySelector('memo-bert').handle({ name: 'text', detail: { text: 'What a wonderful day' } })`;
const readText = `(${TYPE}, ${nextEstimate('e.modalities.text.present')})`;

const again = {
  name: 'the page again, its scripts and its workers’ from the service worker: a text is read',
  run: async ({ open, evaluate }) => {
    await open('/?device=wasm');
    await until(evaluate, 'navigator.serviceWorker.controller !== null');
    // the one reload of a first visit is over
    await open('/?device=wasm');
    await evaluate(DEFINED);
    const estimate = await evaluate(readText);
    return whole(estimate) ? null : JSON.stringify(estimate);
  },
};

const soundless = {
  name: 'the page without a sound device: the actor is seen and read, and it says that no sound arrives',
  sound: false,
  run: async ({ open, evaluate, act }) => {
    await open('/?device=wasm');
    await evaluate(DEFINED);
    const estimate = await act(
      `(${ACT}, ${nextEstimate('e.modalities.face.present && e.modalities.text.present')})`,
    );
    const { conditions } = await evaluate(reached(`s.conditions.includes('no-sound')`));
    return whole(estimate) && !conditions.includes('silence') ? null : JSON.stringify([estimate, conditions]);
  },
};

const text = {
  name: 'the element in a page of somebody else, beside that service worker: a text is read',
  run: async ({ open, evaluate }) => {
    await open('/elsewhere.html');
    await evaluate(DEFINED);
    const estimate = await evaluate(readText);
    return whole(estimate) ? null : JSON.stringify(estimate);
  },
};

const stream = {
  name: 'a stream of the page’s, recorded speech: the voice is heard',
  sound: true,
  run: async ({ act }) => {
    const [estimate, state] = await act(`(async () => {
      const found = document.querySelector('memo-bert');
      const context = new AudioContext();
      const file = await (await fetch('./actor/happy.mp3')).arrayBuffer();
      const line = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(file), loop: true });
      const out = context.createMediaStreamDestination();
      line.connect(out);
      line.start();
      found.stream = out.stream;
      const heard = ${nextEstimate('e.modalities.voice.present && !e.modalities.face.present')};
      await found.start();
      const estimate = await heard;
      found.stop();
      found.stream = null;
      await context.close();
      return [estimate, found.state];
    })()`);
    return whole(estimate) && state === 'idle' ? null : JSON.stringify([estimate, state]);
  },
};

const devices = {
  name: 'camera and microphone: no face in the fake picture, no speech in the fake tone, Stop ends both',
  sound: true,
  run: async ({ act }) => {
    const [state, { conditions, level }, after] = await act(`(async () => {
      const found = document.querySelector('memo-bert');
      const tracks = [];
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        tracks.push(...stream.getTracks());
        return stream;
      };
      await found.start();
      const state = found.state;
      const known = await ${reached(`s.conditions.includes('no-face') && s.conditions.includes('silence')`)};
      found.stop();
      return [state, known, tracks.map(({ readyState }) => readyState)];
    })()`);
    // the tone arrives: its root mean square is 0.07; that it is no speech is for the speech gate to say, and it is right
    const right = state === 'listening' && level > 0.03 && after.join() === 'ended,ended';
    return right ? null : JSON.stringify([state, conditions, level, after]);
  },
};

const file = {
  name: 'a video file: analysed to its end',
  run: async ({ evaluate }) => {
    const [estimates, state] = await evaluate(`(async () => {
      const found = document.querySelector('memo-bert');
      const over = new Promise((resolve, reject) => {
        found.addEventListener('error', ({ detail }) => reject(new Error(detail.code + ': ' + detail.message)));
        found.addEventListener('statechange', ({ detail }) => { if (detail.phase === 'idle') resolve(); });
      });
      await found.analyse('./clip.webm');
      await over;
      return [(JSON.parse(await (await found.export('json')).text())).estimates.length, found.state];
    })()`);
    return estimates > 0 && state === 'idle' ? null : JSON.stringify([estimates, state]);
  },
};

const late = {
  name: 'what is fetched late: words, faces and voice of a moment are filled in, a mark is taken, every format is saved',
  sound: true,
  run: async ({ open, evaluate, act }) => {
    await open('/elsewhere.html');
    await evaluate(DEFINED);
    await actorRead({ evaluate, act });
    const { filling, marks, saved } = await evaluate(`(async () => {
      const found = document.querySelector('memo-bert');
      const ask = (name, detail) => found.handle({ name, detail });
      const state = (wanted) => new Promise((resolve, reject) => {
        const leave = found.subscribe((s) => {
          const { error } = s.moment;
          if (error !== null) reject(new Error(error.code + ': ' + error.message));
          else if (!wanted(s)) return;
          else resolve(s);
          setTimeout(() => leave());
        });
      });
      ask('moment-take', {});
      await state(({ moment }) => moment.taken !== null && !moment.busy);
      ask('moment-mask', { words: [0], faces: [0], voice: [0, 1] });
      const { moment } = await state(({ moment }) => moment.filling?.masks.words.length === 1 && !moment.busy);
      ask('mark', { word: 'happy' });
      const { adaptation } = await state(({ adaptation }) => adaptation.marks.length > 0);
      found.stop();
      const saved = {};
      for (const format of ['csv', 'json', 'webvtt', 'emotionml', 'png'])
        saved[format] = (await found.export(format)).size;
      return { filling: moment.filling, marks: adaptation.marks.length, saved };
    })()`);
    const { words, face, voice } = filling;
    const filled =
      words.length === 1 && whole({ probabilities: face.guessed }) && voice.tokens === 2 && voice.error > 0;
    const right = filled && marks === 1 && Object.values(saved).every((bytes) => bytes > 100);
    return right ? null : JSON.stringify([filling, marks, saved]);
  },
};

const offline = {
  name: 'offline: kept, the server ended, reloaded: isolated by the service worker, threads, the actor whole',
  sound: true,
  run: async ({ open, evaluate, act }) => {
    const host = await startHost();
    try {
      await open(`${host.url}?device=wasm`);
      // a host without headers: the service worker adds them, at the one reload of a first visit
      await until(evaluate, 'crossOriginIsolated && navigator.serviceWorker.controller !== null');
      await until(evaluate, `${part('offline-state')}.dataset.work === 'none'`);
      await evaluate(`(${part('offline-keep')}.click(), null)`);
      await until(evaluate, `${part('offline-state')}.dataset.kept === 'all'`);
    } finally {
      await host.stop();
    }
    const answered = await fetch(host.url).then(
      () => true,
      () => false,
    );
    if (answered) return 'the server still answers';
    await open(`${host.url}?device=wasm`);
    await evaluate(DEFINED);
    const isolated = await evaluate('crossOriginIsolated');
    const estimate = await actorRead({ evaluate, act });
    const { backend } = await evaluate(KNOWN);
    const threads = await evaluate('Math.max(1, Math.min(4, Math.floor(navigator.hardwareConcurrency / 2)))');
    const right = isolated && whole(estimate) && estimate.backend === 'wasm' && backend.threads === threads;
    return right ? null : JSON.stringify([isolated, backend, estimate]);
  },
};

export const CHECKS = [actor, soundless, again, text, stream, devices, file, late, offline];
