/** What is done with marks: fitted, applied, written down. An {@link Adapter} without any needs none of it. */

import { MOST_MARKS, readAdaptation, writeAdaptation } from './file';
import { adapt, fitAdaptation } from './fit';

export const marking = { MOST_MARKS, adapt, fitAdaptation, readAdaptation, writeAdaptation } as const;
