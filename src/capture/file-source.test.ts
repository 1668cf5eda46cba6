import { expect, test } from 'vitest';
import { openFile } from './file-source';

const open = (parts: BlobPart[]) => openFile(new Blob(parts), 'clip.webm', new AbortController().signal);

test('where nothing can be played either, as in a worker, an empty file is told as that', async () => {
  await expect(open([])).rejects.toMatchObject({ code: 'media-empty' });
  await expect(open(['no media'])).rejects.toMatchObject({ code: 'capture-unsupported' });
});
