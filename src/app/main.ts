/**
 * The page around `<memo-bert>`. Knows of the elements and of its own address; must not know how an answer is made.
 */

import { MemoBert } from '../elements';
import { applyAddress } from './address';
import { followLanguage } from './language';
import { measureWhenNear, offerGuide } from './late';

for (const element of document.querySelectorAll('memo-bert')) {
  if (element instanceof MemoBert) applyAddress(element, new URL(location.href));
}
followLanguage(document, window);
offerGuide(document, window);
measureWhenNear(document);
