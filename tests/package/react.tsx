/** Templates are typed by this import alone. */
import type {} from 'memo-bert/react';

export const known = (
  <memo-bert device="wasm" labels={['calm']} onestimate={({ detail }) => console.log(detail.probabilities)} />
);
// @ts-expect-error a device that there is not
export const unknown = <memo-bert device="npu" />;
export const measuring = <memo-measure onmeasured={({ detail }) => console.log(detail.stages)} />;
