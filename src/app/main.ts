/**
 * The page around `<memo-bert>`. Knows of the elements and of its own address; must not know how an answer is made.
 */

import { MemoBert } from '../elements';
import { takeDrops } from '../elements/file-drop';
import { applyAddress } from './address';
import { followLanguage } from './language';
import { measureWhenNear, offerGuide, offerSaver } from './late';

for (const element of document.querySelectorAll('memo-bert')) {
  if (element instanceof MemoBert) applyAddress(element, new URL(location.href));
}
// beside the element, too: the browser would open the file in place of the page
takeDrops(document, (name, detail) => document.querySelector('memo-bert')?.handle({ name, detail }));
followLanguage(document, window, async () => (await import('./strings/ko')).ko);
offerGuide(document, window);
offerSaver(document);
measureWhenNear(document);

/** What is kept for offline comes after what the visitor came for, and once there is a network. */
const offline = () => {
  import('./memo-offline').catch(() => addEventListener('online', offline, { once: true }));
};
if (document.readyState === 'complete') offline();
else addEventListener('load', offline, { once: true });
