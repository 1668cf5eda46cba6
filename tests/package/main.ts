/** The element by its package's name, through a bundler that knows nothing of it. */

import { MemoBert } from 'memo-bert/elements';
import type { Estimate } from 'memo-bert';

const element = document.querySelector('memo-bert');
if (!(element instanceof MemoBert)) throw new TypeError('the element is not defined');

element.addEventListener('estimate', ({ detail }) => show(detail));
element.addEventListener('error', ({ detail }) => console.error(detail.code, detail.cure));
// @ts-expect-error a device that there is not
element.device = 'npu';
element.device = 'wasm';

function show({ labels, probabilities }: Estimate): void {
  const top = probabilities.indexOf(Math.max(...probabilities));
  document.querySelector('output')!.textContent = labels[top] ?? '';
}
