/** In the page, before anything else: what is opened there and has to be let go, and errors that nobody caught. */

/* global AudioContext, HTMLCanvasElement, MediaStreamTrack, Worker, addEventListener, navigator */
(() => {
  const live = { workers: new Set(), sounds: new Set(), tracks: new Set(), addresses: new Set() };
  const errors = [];
  globalThis.watched = { live, errors };

  globalThis.Worker = class extends Worker {
    constructor(...made) {
      super(...made);
      live.workers.add(this);
    }
    terminate() {
      live.workers.delete(this);
      super.terminate();
    }
  };
  globalThis.AudioContext = class extends AudioContext {
    constructor(...made) {
      super(...made);
      live.sounds.add(this);
    }
    close() {
      live.sounds.delete(this);
      return super.close();
    }
  };
  after(URL, 'createObjectURL', (address) => live.addresses.add(address));
  after(URL, 'revokeObjectURL', (_, address) => live.addresses.delete(address));
  after(navigator.mediaDevices, 'getUserMedia', async (granted) => {
    for (const track of (await granted).getTracks()) live.tracks.add(track);
  });
  after(HTMLCanvasElement.prototype, 'captureStream', (stream) => {
    for (const track of stream.getTracks()) live.tracks.add(track);
  });
  after(MediaStreamTrack.prototype, 'clone', (track) => live.tracks.add(track));

  addEventListener('error', ({ message, error }) => errors.push(`uncaught: ${error?.stack ?? message}`));
  addEventListener('unhandledrejection', ({ reason }) =>
    errors.push(`unhandled: ${reason?.stack ?? reason}`),
  );

  /** Calls `step` with what a method of `owner` gave, and with its first argument. */
  function after(owner, name, step) {
    const real = owner?.[name];
    if (real === undefined) return;
    owner[name] = function (...given) {
      const made = real.apply(this, given);
      // what is refused is the caller's
      void Promise.resolve(step(made, given[0])).catch(() => undefined);
      return made;
    };
  }
})();
