import { expect, it } from 'vitest';
import { Serial } from './serial';

it('starts a job when the one before is done, also when that failed', async () => {
  const serial = new Serial();
  const order: string[] = [];
  let fail: (error: Error) => void = () => undefined;
  const failed = serial.run(() => {
    order.push('first begins');
    return new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
  });
  const second = serial.run(() => {
    order.push('second begins');
    return 2;
  });
  await Promise.resolve();
  expect(order).toEqual(['first begins']);
  fail(new Error('broken'));
  await expect(failed).rejects.toThrow('broken');
  expect(await second).toBe(2);
  expect(order).toEqual(['first begins', 'second begins']);
});

it('survives a job that throws at once', async () => {
  const serial = new Serial();
  const thrower = () => {
    throw new Error('at once');
  };
  await expect(serial.run(thrower)).rejects.toThrow('at once');
  expect(await serial.run(() => 'next')).toBe('next');
});
