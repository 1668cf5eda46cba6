import { afterEach, expect, test, vi } from 'vitest';
import { exportFile } from './export-file';
import { CANNED_STATES } from './testing';

const { timeline } = CANNED_STATES.file;
/** Of its own light and language nothing is asked for text. */
const element = {} as Element;

afterEach(() => void vi.doUnmock('../export'));

test('where what writes a file cannot be fetched, it is told; the next one is written', async () => {
  vi.doMock('../export', () => {
    throw new TypeError('Failed to fetch dynamically imported module');
  });
  await expect(exportFile(timeline, 'csv', element)).rejects.toMatchObject({ code: 'file-missing' });
  vi.doUnmock('../export');
  expect((await exportFile(timeline, 'csv', element)).type).toContain('text/csv');
});
