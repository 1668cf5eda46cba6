/**
 * The page around `<memo-bert>`. Knows of the elements and of its own address; must not know how an answer is made.
 */

import { defineMeasure, MemoBert } from '../elements';
import { applyAddress } from './address';
import { followLanguage } from './language';
import { offerGuide, offerSaver } from './late';

for (const element of document.querySelectorAll('memo-bert')) {
  if (element instanceof MemoBert) applyAddress(element, new URL(location.href));
}
followLanguage(document, window, async () => (await import('./strings/ko')).ko);
offerGuide(document, window);
offerSaver(document);

/** What lies below comes after what the visitor came for, and once there is a network. */
const below = () => {
  Promise.all([import('./memo-offline'), defineMeasure()]).catch(() =>
    addEventListener('online', below, { once: true }),
  );
};
if (document.readyState === 'complete') below();
else addEventListener('load', below, { once: true });
