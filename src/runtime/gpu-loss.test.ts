import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { GpuLoss } from './gpu-loss';

const LOST = { reason: 'unknown', message: 'driver reset' } as GPUDeviceLostInfo;

function watched(): { loss: GpuLoss; lose(info: GPUDeviceLostInfo): void } {
  const loss = new GpuLoss();
  let lose: (info: GPUDeviceLostInfo) => void = () => undefined;
  loss.watch({ lost: new Promise((resolve) => (lose = resolve)) });
  return { loss, lose: (info) => lose(info) };
}

const pending = () => new Promise<never>(() => undefined);

/** Collects what nobody holds. */
async function collect(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // what was looked at lives until the turn ends
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
}

describe('GpuLoss', () => {
  it('gives what the work gives, and its faults', async () => {
    const { loss } = watched();
    await expect(loss.during(Promise.resolve(3))).resolves.toBe(3);
    await expect(loss.during(Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
  });

  it('ends all that is under way, and all that comes later', async () => {
    const { loss, lose } = watched();
    const ends = [loss.during(pending()), loss.during(pending())].map((each) =>
      expect(each).rejects.toMatchObject({ code: 'device-gpu-lost' }),
    );
    lose(LOST);
    await Promise.all(ends);
    await expect(loss.during(pending())).rejects.toBe(loss.error);
    expect(loss.error?.message).toContain('driver reset');
  });

  it('hears what fails of work that is asked for afterwards', async () => {
    const { loss, lose } = watched();
    lose(LOST);
    await expect(loss.during(pending())).rejects.toMatchObject({ code: 'device-gpu-lost' });
    const unheard: unknown[] = [];
    const note = (error: unknown) => void unheard.push(error);
    process.on('unhandledRejection', note);
    await expect(loss.during(Promise.reject(new Error('no device')))).rejects.toBe(loss.error);
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unheard).toEqual([]);
  });

  it('is none when it was destroyed by us', async () => {
    const { loss, lose } = watched();
    lose({ ...LOST, reason: 'destroyed' });
    await expect(loss.during(Promise.resolve(1))).resolves.toBe(1);
    expect(loss.error).toBeNull();
  });

  it('keeps nothing of work that is done, well or badly', async () => {
    const { loss } = watched();
    const kept = await (async () => {
      const well = loss.during(Promise.resolve({}));
      const badly = loss.during(Promise.reject(new Error('no'))).catch((error: unknown) => error as object);
      return [new WeakRef(well), new WeakRef(await well), new WeakRef((await badly) as object)];
    })();
    await collect();
    expect(kept.map((each) => each.deref())).toEqual([undefined, undefined, undefined]);
    expect(loss.error).toBeNull();
  });
});
