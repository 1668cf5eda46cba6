/** Numbers of the GPU, read back: the one wait of a look or a moment. */
import { MemoError } from '../../../errors';

/**
 * @param copy submits nothing itself: it says what to copy into `to`
 * @throws MemoError `device-gpu-lost`: a buffer of ours cannot be read for no other reason
 */
export async function readGpu(
  device: GPUDevice,
  bytes: number,
  copy: (encoder: GPUCommandEncoder, to: GPUBuffer) => void,
): Promise<Float32Array> {
  const to = device.createBuffer({ size: bytes, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  try {
    const encoder = device.createCommandEncoder();
    copy(encoder, to);
    device.queue.submit([encoder.finish()]);
    await to.mapAsync(GPUMapMode.READ);
    return new Float32Array(to.getMappedRange().slice(0));
  } catch (cause) {
    throw new MemoError(
      'device-gpu-lost',
      'The graphics processor does not give back what it computed.',
      'Press Start again; if it comes back, use another browser.',
      cause,
    );
  } finally {
    to.destroy();
  }
}
