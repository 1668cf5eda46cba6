/** Marks that a visitor asked to keep: the one thing in the browser's storage beside the caches. */

import { PREFIX } from '../recogniser/adaptation/state';

/** Whether any lie here, of whatever model, prompt and words. */
export function keepsMarks(view: { readonly localStorage: Storage }): boolean {
  try {
    return Object.keys(view.localStorage).some((key) => key.startsWith(PREFIX));
  } catch {
    return false;
  }
}

/** Of all models, prompts and words; a browser that refuses its storage has kept none. */
export function forgetKeptMarks(view: { readonly localStorage: Storage }): void {
  try {
    const { localStorage } = view;
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // blocked: reading the property throws
  }
}
