/** Files dropped anywhere on an element: one to be analysed, one of captions. */

import { isCaptionFile } from '../recogniser';

/** By how much each event goes deeper: moving between children enters one and leaves another. */
const DEEPER = { dragenter: 1, dragover: 0, dragleave: -1, drop: -Infinity };

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
  let depth = 0;
  const move = (by: number) => {
    const before = depth > 0;
    depth = Math.max(0, depth + by);
    if (depth > 0 !== before) tell?.(!before);
  };
  for (const [type, by] of Object.entries(DEEPER)) {
    target.addEventListener(type, (event) => {
      const { dataTransfer, defaultPrevented: taken } = event as DragEvent;
      if (dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault(); // else the browser opens the file in place of the page
      move(by);
      // by a part inside of the element, or by what its author put there
      if (type !== 'drop' || taken) return;
      const files = [...dataTransfer.files];
      for (const request of ['words-captions', 'start-file'] as const) {
        const file = files.find(({ name }) => isCaptionFile(name) === (request === 'words-captions'));
        if (file !== undefined) take(request, { file, name: file.name });
      }
    });
  }
  return () => move(DEEPER.drop);
}
