import { describe, expect, it } from 'vitest';
import { applyAddress } from './address';

function applied(query: string) {
  const element: Parameters<typeof applyAddress>[0] = { device: 'auto', allowSoftwareAdapter: false };
  applyAddress(element, new URL(`https://page.example/${query}`));
  return element;
}

describe('the address', () => {
  it.each(['wasm', 'webgpu', 'auto'] as const)('forces %s', (device) => {
    expect(applied(`?device=${device}`).device).toBe(device);
  });

  it('does not force what is no backend', () => {
    expect(applied('?device=cuda').device).toBe('auto');
  });

  it('lets a software adapter in only when it says so', () => {
    expect(applied('?device=webgpu').allowSoftwareAdapter).toBe(false);
    expect(applied('?software-adapter').allowSoftwareAdapter).toBe(true);
  });
});
