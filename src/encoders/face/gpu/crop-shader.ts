/**
 * The face's way from a frame to DenseFace's input, as WGSL. Two dispatches of one pass: what lies outside of the frame becomes the
 * mean of what lies inside, and the enlargement reads its neighbours; both are known only when every cell is.
 *
 * `average` is `drawImage` and `greyAverage` of the CPU's way (`../crop.ts`, `../grey.ts`): a thread per cell of the training's picture.
 * `enlarge` is what comes after it, in one workgroup: cells in its memory, tensor out.
 */
import { TRAINING_PX } from '../framing';

/** Threads along a side of a workgroup of `average`; {@link TRAINING_PX} is a multiple of it. */
export const TILE = 8;
/** Threads of `enlarge`. */
const THREADS = 256;

/** How the shader sees a frame: imported as it is, or copied. */
export type FrameBinding = 'texture_external' | 'texture_2d<f32>';

const PLAN = /* wgsl */ `
struct Plan {
  across: vec2f, // frame pixels for one drawn pixel to the right
  down: vec2f,
  origin: vec2f,
  size: vec2f,
  mean: f32,
  deviation: f32,
  step: u32,
  side: u32,
}
const CELLS = ${TRAINING_PX}u;
@group(0) @binding(0) var<uniform> plan: Plan;
@group(0) @binding(1) var<storage, read_write> cells: array<vec2f>; // sum of grey, pixels inside
`;

/** Frame -> 48 x 48 cells. */
export const averageShader = (frame: FrameBinding) => /* wgsl */ `${PLAN}
@group(0) @binding(2) var frame: ${frame};

/** A canvas holds whole numbers of 0 to 255. */
fn eight(rgb: vec3f) -> vec3f {
  return floor(rgb * 255.0 + 0.5);
}

fn texel(at: vec2i, last: vec2i) -> vec3f {
  return eight(textureLoad(frame, vec2u(clamp(at, vec2i(0), last))${frame === 'texture_external' ? '' : ', 0'}).rgb);
}

/** Grey between the four pixels around a place. */
fn drawn(place: vec2f, last: vec2i) -> f32 {
  let corner = place - 0.5;
  let at = vec2i(floor(corner));
  let part = fract(corner);
  let top = mix(texel(at, last), texel(at + vec2i(1, 0), last), part.x);
  let below = mix(texel(at + vec2i(0, 1), last), texel(at + vec2i(1, 1), last), part.x);
  let rgb = floor(mix(top, below, part.y) + 0.5);
  return dot(rgb, vec3f(0.299, 0.587, 0.114));
}

@compute @workgroup_size(${TILE}, ${TILE})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let dims = vec2f(textureDimensions(frame));
  let last = vec2i(dims) - 1;
  let first = vec2f(id.xy * plan.step) + 0.5;
  var sum = vec2f(0.0);
  for (var y = 0u; y < plan.step; y++) {
    for (var x = 0u; x < plan.step; x++) {
      let at = first + vec2f(f32(x), f32(y));
      let place = plan.across * at.x + plan.down * at.y + plan.origin;
      if (all(place >= vec2f(0.0)) && all(place < plan.size)) {
        sum += vec2f(drawn(place * dims / plan.size, last), 1.0);
      }
    }
  }
  cells[id.y * CELLS + id.x] = sum;
}`;

/** Cells -> the tensor, and the sums of its numbers and of their squares. */
export const ENLARGE_SHADER = /* wgsl */ `${PLAN}
@group(0) @binding(2) var<storage, read_write> faces: array<f32>;
@group(0) @binding(3) var<storage, read_write> light: vec2f;

var<workgroup> grey: array<f32, CELLS * CELLS>;
var<workgroup> partial: array<vec2f, ${THREADS}>;

fn total(own: vec2f, thread: u32) -> vec2f {
  partial[thread] = own;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
    if (thread < half) { partial[thread] += partial[thread + half]; }
    workgroupBarrier();
  }
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}

struct Tap { low: u32, high: u32, part: f32 }

fn tap(index: u32) -> Tap {
  let at = clamp((f32(index) + 0.5) * f32(CELLS) / f32(plan.side) - 0.5, 0.0, f32(CELLS - 1u));
  let low = u32(floor(at));
  return Tap(low, min(low + 1u, CELLS - 1u), at - f32(low));
}

@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  var own = vec2f(0.0);
  for (var cell = thread; cell < CELLS * CELLS; cell += ${THREADS}u) { own += cells[cell]; }
  let inside = total(own, thread);
  let outside = select(0.0, inside.x / inside.y, inside.y > 0.0);
  for (var cell = thread; cell < CELLS * CELLS; cell += ${THREADS}u) {
    let sum = cells[cell];
    grey[cell] = select(outside, sum.x / max(sum.y, 1.0), sum.y > 0.0);
  }
  workgroupBarrier();
  own = vec2f(0.0);
  for (var index = thread; index < plan.side * plan.side; index += ${THREADS}u) {
    let column = tap(index % plan.side);
    let row = tap(index / plan.side);
    let top = mix(grey[row.low * CELLS + column.low], grey[row.low * CELLS + column.high], column.part);
    let below = mix(grey[row.high * CELLS + column.low], grey[row.high * CELLS + column.high], column.part);
    let value = (mix(top, below, row.part) - plan.mean) / plan.deviation;
    faces[index] = value;
    own += vec2f(value, value * value);
  }
  let sums = total(own, thread);
  if (thread == 0u) { light = sums; }
}`;
