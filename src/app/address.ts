/** What the page's address may ask for: `?device=wasm|webgpu|auto`, and `?software-adapter` for tests. */

import type { MemoBert } from '../elements';

type Settable = Pick<MemoBert, 'device' | 'allowSoftwareAdapter'>;

/** Sets what the address asks for; leaves the rest as the page has it. */
export function applyAddress(element: Settable, { searchParams }: URL): void {
  const device = searchParams.get('device');
  if (device === 'wasm' || device === 'webgpu' || device === 'auto') element.device = device;
  if (searchParams.has('software-adapter')) element.allowSoftwareAdapter = true;
}
