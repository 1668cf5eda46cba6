/** A window as a whole in memory: what the GPU keeps of it is read back. Somebody wants to look into it; an estimate does not need it. */

import type { ReadWindow, TimedWindow } from './evidence';

/** @throws MemoError `moment-missing`, `device-gpu-lost` */
export async function readBack({ face, ...window }: TimedWindow): Promise<ReadWindow> {
  if (face === null || 'data' in face) return { ...window, face };
  const { store, ids, ...seen } = face;
  return { ...window, face: { ...seen, data: await store.read(ids) } };
}
