import { expect, it } from 'vitest';
import { Keeper } from '../recogniser/adaptation/keeper';
import type { Subject } from '../recogniser/adaptation/subject';
import { forgetKeptMarks, keepsMarks } from './kept-marks';

const SUBJECT: Subject = { bundle: { name: 'toy', version: '1' }, prompt: 'I am [MASK].', labels: ['happy'] };

/** Its keys are its own properties, as a browser's are. */
class FakeStorage {
  [key: string]: unknown;
  getItem = (key: string) => (this[key] as string | undefined) ?? null;
  setItem = (key: string, value: string) => void (this[key] = value);
  removeItem = (key: string) => void Reflect.deleteProperty(this, key);
}

it('forgets the marks of every model and prompt, and nothing of others', () => {
  const storage = new FakeStorage();
  const keeper = new Keeper(storage);
  const other = { ...SUBJECT, prompt: 'It was [MASK].' };
  for (const subject of [SUBJECT, other]) keeper.write(subject, '{}');
  storage.setItem('somebody', 'else');
  const view = { localStorage: storage as unknown as Storage };
  expect(keepsMarks(view)).toBe(true);
  forgetKeptMarks(view);
  expect(keepsMarks(view)).toBe(false);
  expect([keeper.read(SUBJECT), keeper.read(other), storage.getItem('somebody')]).toEqual([
    null,
    null,
    'else',
  ]);
});

it('goes on where the browser refuses its storage', () => {
  const refusing = {
    get localStorage(): Storage {
      throw new DOMException('denied', 'SecurityError');
    },
  };
  expect(() => forgetKeptMarks(refusing)).not.toThrow();
  expect(keepsMarks(refusing)).toBe(false);
});
