/** What the browser has against `work`, told at once or later; null when nothing. */
export function faultOf(device: GPUDevice, work: () => void): Promise<unknown> {
  device.pushErrorScope('validation');
  let thrown: unknown = null;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  // a lost device answers as well
  const told = device.popErrorScope().catch((error: unknown) => error);
  return told.then((error) => thrown ?? error);
}
