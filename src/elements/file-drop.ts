/** Files dropped anywhere on an element: one to be analysed, one of captions. What is neither ends nothing that runs: it is told where the words are. */

import { isForWords } from '../recogniser';

/** Milliseconds after which a drag that says nothing more has gone: it says so every 350 at the latest, if the page is not busy. */
const GONE_MS = 1500;

export type TakeFile = (
  request: 'words-captions' | 'start-file',
  detail: { readonly file: File; readonly name: string },
) => void;

/**
 * @param take of one drop the captions come first: they count from the file's beginning
 * @param tell whether a file hangs over the element, at each change
 * @returns for an element that leaves the page: nothing hangs over it any longer
 */
export function takeDrops(target: EventTarget, take: TakeFile, tell?: (over: boolean) => void): () => void {
  let gone: ReturnType<typeof setTimeout> | undefined;
  const hang = (over: boolean) => {
    if (over !== (gone !== undefined)) tell?.(over);
    clearTimeout(gone);
    // a node that goes from under the pointer tells of no leave
    gone = over ? setTimeout(() => hang(false), GONE_MS) : undefined;
  };
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    target.addEventListener(type, (event) => {
      const { dataTransfer, relatedTarget, defaultPrevented: taken } = event as DragEvent;
      if (dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault(); // else the browser opens the file in place of the page
      const to = type === 'dragleave' ? (relatedTarget as Node | null) : null;
      hang(type !== 'drop' && (to === null || (target as Node).contains(to)));
      // by a part inside of the element, or by what its author put there
      if (type !== 'drop' || taken) return;
      const files = [...dataTransfer.files];
      for (const request of ['words-captions', 'start-file'] as const) {
        const file = files.find((dropped) => isForWords(dropped) === (request === 'words-captions'));
        if (file !== undefined) take(request, { file, name: file.name });
      }
    });
  }
  return () => hang(false);
}
