/** Elements that most visitors never use: fetched when they are first asked for. */

const guided = new WeakMap<Element, Promise<void>>();

/** Leads through a `<memo-bert>` in four steps, one guide at a time. Resolves when the guide was left, or the element was before. @param around the element */
export function showGuide(around: Element): Promise<void> {
  const shown = guided.get(around) ?? guide(around).finally(() => guided.delete(around));
  guided.set(around, shown);
  return shown;
}

async function guide(around: Element): Promise<void> {
  await import('./memo-guide');
  // it has left meanwhile: there is nothing to stand beside
  if (!around.isConnected) return;
  const guide = document.createElement('memo-guide');
  // where a dialog stands says nothing about where it shows, but about its language
  around.after(guide);
  const left = new Promise((resolve) => guide.addEventListener('close', resolve, { once: true }));
  await guide.show(around);
  await left;
  guide.remove();
}

/** From here on `<memo-devices>` is there. */
export async function defineDevices(): Promise<void> {
  await import('./memo-devices');
}

/** From here on `<memo-measure>` is there. */
export async function defineMeasure(): Promise<void> {
  await import('./memo-measure');
}
