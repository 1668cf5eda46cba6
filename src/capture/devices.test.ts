import { describe, expect, it, vi } from 'vitest';
import { MemoError, type ErrorCode } from '../errors';
import { askForDevices } from './devices';

/** Each run has its own, and leaves its listeners on it. */
const never = () => new AbortController().signal;
const untold = () => undefined;

function track() {
  return {
    stopped: 0,
    stop() {
      this.stopped += 1;
    },
  };
}

type Outcome = ReturnType<typeof track> | string | object;

/** getUserMedia that gives a track or throws a DOMException of that name, and notes what it was asked. */
function mediaOf(outcomes: { camera?: Outcome; microphone?: Outcome }) {
  const asked: MediaStreamConstraints[] = [];
  return {
    asked,
    getUserMedia: async (constraints: MediaStreamConstraints) => {
      asked.push(constraints);
      const outcome = constraints.video ? outcomes.camera : outcomes.microphone;
      if (typeof outcome === 'string') throw new DOMException('', outcome);
      if (outcome !== undefined && !('stop' in outcome)) throw outcome;
      return { getTracks: () => [outcome] } as unknown as MediaStream;
    },
  };
}

async function failure(promise: Promise<unknown>): Promise<MemoError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MemoError)) throw new Error('did not fail with a MemoError');
  return error;
}

const both = { camera: true, microphone: true };

describe('askForDevices', () => {
  it('asks for each device on its own, and only for what is wanted', async () => {
    const media = mediaOf({ camera: track(), microphone: track() });
    await askForDevices(both, never(), untold, media);
    expect(media.asked.map(({ video, audio }) => [video !== undefined, audio !== undefined])).toEqual([
      [true, false],
      [false, true],
    ]);
    const alone = mediaOf({ microphone: track() });
    const answer = await askForDevices({ camera: false, microphone: true }, never(), untold, alone);
    expect(alone.asked).toHaveLength(1);
    expect(answer.camera).toEqual({ track: null, status: 'off', error: null });
    expect(answer.microphone.status).toBe('live');
  });

  it('merges what says which one into what it asks for itself', async () => {
    const media = mediaOf({ camera: track(), microphone: track() });
    const camera = { facingMode: 'environment', deviceId: 'back' };
    const microphone = { deviceId: { ideal: 'headset' }, echoCancellation: true };
    await askForDevices({ camera, microphone }, never(), untold, media);
    expect(media.asked).toEqual([
      {
        video: {
          facingMode: 'environment',
          // by itself a deviceId would be a wish that the browser may pass over
          deviceId: { exact: 'back' },
          width: { ideal: 640 },
          height: { ideal: 480 },
          frameRate: { ideal: 30 },
        },
      },
      {
        audio: {
          deviceId: { ideal: 'headset' },
          echoCancellation: true,
          noiseSuppression: false,
          autoGainControl: true,
        },
      },
    ]);
    const plain = mediaOf({ camera: track() });
    await askForDevices({ camera: true, microphone: false }, never(), untold, plain);
    expect(Object.keys(plain.asked[0]?.video as object)).toEqual([
      'facingMode',
      'width',
      'height',
      'frameRate',
    ]);
  });

  // no Error in every browser
  const unmet = (constraint: string) => ({ name: 'OverconstrainedError', message: '', constraint });

  it.each(['camera', 'microphone'] as const)('tells of a chosen %s that is not there', async (kind) => {
    const request = { camera: false, microphone: false, [kind]: { deviceId: 'gone' } };
    const media = mediaOf({ [kind]: unmet('deviceId') });
    const error = await failure(askForDevices(request, never(), untold, media));
    expect(error).toMatchObject({
      code: 'device-missing',
      message: `The ${kind} that was chosen is not there.`,
      cure: `Plug it in again, or choose another ${kind}, then press Start again.`,
      cause: { constraint: 'deviceId' },
    });
    // no other one is asked for in its place
    expect(media.asked).toHaveLength(1);
  });

  it('tells which constraint no camera meets', async () => {
    const request = { camera: { width: { exact: 3 } }, microphone: false };
    const error = await failure(askForDevices(request, never(), untold, mediaOf({ camera: unmet('width') })));
    expect(error).toMatchObject({
      code: 'device-missing',
      message: 'No camera meets the constraint width.',
      cure: 'Ask for another width, or leave it out.',
    });
  });

  it('goes on with the other one, and says that the chosen one is missing', async () => {
    const media = mediaOf({ camera: unmet('deviceId'), microphone: track() });
    const request = { camera: { deviceId: 'gone' }, microphone: true };
    const { camera, microphone } = await askForDevices(request, never(), untold, media);
    expect([camera.status, microphone.status]).toEqual(['missing', 'live']);
  });

  const failures: [name: string, status: string, camera: ErrorCode, microphone: ErrorCode][] = [
    ['NotAllowedError', 'refused', 'camera-denied', 'microphone-denied'],
    ['NotFoundError', 'missing', 'device-missing', 'device-missing'],
    ['NotReadableError', 'busy', 'device-busy', 'device-busy'],
  ];
  it.each(failures)('%s of one device leaves the other', async (name, status) => {
    const deaf = await askForDevices(both, never(), untold, mediaOf({ camera: track(), microphone: name }));
    expect([deaf.camera.status, deaf.microphone.status]).toEqual(['live', status]);
    expect(deaf.microphone.error).toHaveProperty('name', name);
    const blind = await askForDevices(both, never(), untold, mediaOf({ camera: name, microphone: track() }));
    expect([blind.camera.status, blind.microphone.status]).toEqual([status, 'live']);
    expect(blind.camera.error).toHaveProperty('name', name);
  });

  it.each(failures)('%s of the only device asked for is the error', async (name, _status, ...codes) => {
    for (const [at, kind] of (['camera', 'microphone'] as const).entries()) {
      const request = { camera: false, microphone: false, [kind]: true };
      const error = await failure(askForDevices(request, never(), untold, mediaOf({ [kind]: name })));
      expect(error.code).toBe(codes[at]);
      expect(error.cure).not.toBe('');
      expect(error.cause).toHaveProperty('name', name);
    }
  });

  it('names both devices when both fail', async () => {
    const media = mediaOf({ camera: 'NotAllowedError', microphone: 'NotFoundError' });
    const error = await failure(askForDevices(both, never(), untold, media));
    expect(error.code).toBe('devices-denied');
    expect(error.message).toMatch(/camera/i);
    expect(error.message).toMatch(/microphone/i);
  });

  it('stops tracks that are granted after the run was left', async () => {
    const [camera, microphone] = [track(), track()];
    const abort = new AbortController();
    const asking = askForDevices(both, abort.signal, untold, mediaOf({ camera, microphone }));
    abort.abort();
    expect((await failure(asking)).code).toBe('aborted');
    expect([camera.stopped, microphone.stopped]).toEqual([1, 1]);
  });

  it('stops what was granted though the other prompt is still open', async () => {
    const camera = track();
    const abort = new AbortController();
    const media = mediaOf({ camera });
    const open = new Promise<MediaStream>(() => undefined);
    const getUserMedia: typeof media.getUserMedia = (constraints) =>
      constraints.video ? media.getUserMedia(constraints) : open;
    const told = vi.fn();
    void askForDevices(both, abort.signal, told, { getUserMedia });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(camera.stopped).toBe(0);
    expect(told.mock.calls).toEqual([[{ camera: 'live' }]]);
    abort.abort();
    expect(camera.stopped).toBe(1);
  });

  it('refuses to ask for nothing, or where there is nothing to ask', async () => {
    const none = askForDevices({ camera: false, microphone: false }, never(), untold, mediaOf({}));
    expect((await failure(none)).code).toBe('nothing-to-capture');
    vitestHasNoDevices();
    expect((await failure(askForDevices(both, never(), untold))).code).toBe('capture-unsupported');
  });
});

/** The default of the last argument is the page's; Node has none. */
function vitestHasNoDevices() {
  expect((globalThis as { navigator?: Navigator }).navigator?.mediaDevices).toBeUndefined();
}
