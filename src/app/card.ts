/** The model card's page: its frame in the visitor's language. The card itself is the bundle's own, in English. */

import { followLanguage } from './language';

followLanguage(document, window, async () => (await import('./strings/card-ko')).ko);
