/** What of the page is fetched only when somebody comes to it: the guide, the measuring. */

import { defineMeasure, showGuide } from '../elements';

export const GUIDE_PARAMETER = 'guide';

/** The button shows the guide, and so does `?guide`: once, for the address forgets it when the guide was left. */
export function offerGuide(page: Document, view: Window): void {
  const around = page.querySelector('memo-bert');
  if (around === null) return;
  const show = () => showGuide(around);
  page.querySelector('.show-guide')?.addEventListener('click', () => void show().catch(notThere));
  if (!new URL(view.location.href).searchParams.has(GUIDE_PARAMETER)) return;
  void show()
    .then(() => {
      const address = new URL(view.location.href);
      address.searchParams.delete(GUIDE_PARAMETER);
      view.history.replaceState(view.history.state, '', address);
    })
    .catch(notThere);
}

/** Without a network a script does not come; the next wish asks for it again. */
const notThere = (): void => undefined;

/** What the element's author may set by `saver`, for the visitor to set. */
export function offerSaver(page: Document): void {
  const element = page.querySelector('memo-bert');
  const box = page.querySelector<HTMLInputElement>('.saver input');
  if (element === null || box === null) return;
  const take = () => (element.saver = box.checked);
  box.addEventListener('change', take);
  take(); // a browser may have kept it over a reload
}

/** `<memo-measure>` becomes one when it is about to be seen, or whoever goes by the keyboard would pass it by. */
export function measureWhenNear(page: Document): void {
  const place = page.querySelector('memo-measure');
  if (place === null) return;
  // asked for again, it is there already
  const define = () => void defineMeasure().catch(notThere);
  new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && define(), {
    rootMargin: '300px',
  }).observe(place);
  page.addEventListener('keydown', define, { once: true });
}
