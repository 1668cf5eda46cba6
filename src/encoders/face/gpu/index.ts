/** What only visitors with WebGPU fetch. */
export { GpuFace } from './gpu-face';
