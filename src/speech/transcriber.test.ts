import { afterEach, expect, test, vi } from 'vitest';
import type { OrtModule } from '../runtime/ort-modules';
import type { SpeechModelFiles } from './speech-files';
import { createTranscriber } from './transcriber';

afterEach(() => void vi.doUnmock('@huggingface/transformers'));

test('where transformers.js cannot be fetched, it is told as that', async () => {
  vi.doMock('@huggingface/transformers', () => {
    throw new TypeError('Failed to fetch dynamically imported module');
  });
  const files = { manifest: {}, contents: new Map() } as unknown as SpeechModelFiles;
  await expect(createTranscriber(files, 'wasm', {} as OrtModule)).rejects.toMatchObject({
    code: 'file-missing',
  });
});
