/** The element by its package's name, through a bundler that knows nothing of it. */

import { MemoBert } from 'memo-bert/elements';
import type { Estimate } from 'memo-bert';

const element = document.querySelector('memo-bert');
if (!(element instanceof MemoBert)) throw new TypeError('the element is not defined');

const told = ({ detail }: CustomEvent<Estimate>) => show(detail);
element.addEventListener('estimate', told);
addEventListener('pagehide', () => element.removeEventListener('estimate', told));
// @ts-expect-error it hears of something else
element.removeEventListener('words', told);
element.addEventListener('error', ({ detail }) => console.error(detail.code, detail.cure));
// @ts-expect-error a device that there is not
element.device = 'npu';
element.device = 'wasm';

function show({ labels, probabilities }: Estimate): void {
  const top = probabilities.indexOf(Math.max(...probabilities));
  document.querySelector('output')!.textContent = labels[top] ?? '';
}

document
  .createElement('memo-measure')
  .addEventListener('measured', ({ detail }) => console.log(detail.stages));
