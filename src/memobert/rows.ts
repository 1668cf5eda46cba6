/** Which rows a moment asks for, and how rows become the graph's inputs. */

import type { GraphInput } from '../runtime/graph';
import { CASE_NAMES, type CaseName } from '../runtime/manifest';
import type { EvidenceWindow, FaceTokens, Tokens } from './evidence';
import { MODALITIES, type Modality } from './estimate';
import type { PromptedText } from './prompt';

/** One reading of the mask: the modalities it may look at. */
export type Row = readonly Modality[];

/** The paper's name of the modalities that a row may look at, which its calibration goes by. */
export function caseOf(row: Row): CaseName | undefined {
  return CASE_NAMES.find(
    (name) =>
      row.includes('text') === name.includes('T') &&
      row.includes('voice') === name.includes('A') &&
      row.includes('face') === name.includes('V'),
  );
}

export interface RowPlan {
  readonly whole: Row;
  /** Each present modality alone. */
  readonly alone: readonly Row[];
  /** All but one. With two present, that is the other one alone, so no row of its own. */
  readonly leftOut: readonly Row[];
}

export function present(window: EvidenceWindow): Modality[] {
  return MODALITIES.filter((modality) => window[modality] !== null);
}

export function planRows(whole: Row): RowPlan {
  return {
    whole,
    alone: whole.length > 1 ? whole.map((modality) => [modality]) : [],
    leftOut: whole.length > 2 ? whole.map((modality) => whole.filter((other) => other !== modality)) : [],
  };
}

/** The graph's sequence lengths: words, faces, voice tokens. */
export interface Shape {
  readonly words: number;
  readonly faces: number;
  readonly voice: number;
}

export interface RowContent {
  readonly prompted: PromptedText;
  readonly face: FaceTokens | null;
  readonly voice: Tokens | null;
}

/** The smallest shape that holds a row. An absent modality keeps one token, which is masked out: graphs take no empty tensors. */
export function fitting(row: RowContent): Shape {
  return {
    words: row.prompted.ids.length,
    faces: Math.max(1, row.face?.count ?? 0),
    voice: Math.max(1, row.voice?.count ?? 0),
  };
}

/** Everything present first, padding after it, each modality for itself (design, section 3). */
export function inputsOf(
  rows: readonly RowContent[],
  shape: Shape,
  sizes: { readonly face: number; readonly voice: number },
): Record<string, GraphInput> {
  const length = shape.words + shape.faces + shape.voice;
  const count = rows.length;
  const ids = new Int32Array(count * shape.words);
  const voice = new Float32Array(count * shape.voice * sizes.voice);
  const mask = new Int32Array(count * length);
  const positions = new Int32Array(count);
  rows.forEach((row, index) => {
    const start = index * length;
    ids.set(row.prompted.ids, index * shape.words);
    mask.fill(1, start, start + row.prompted.ids.length);
    positions[index] = row.prompted.maskPosition;
    if (row.face !== null) {
      mask.fill(1, start + shape.words, start + shape.words + row.face.count);
    }
    if (row.voice !== null) {
      voice.set(row.voice.data.subarray(0, row.voice.count * sizes.voice), index * shape.voice * sizes.voice);
      const first = start + shape.words + shape.faces;
      mask.fill(1, first, first + row.voice.count);
    }
  });
  return {
    input_ids: { type: 'int32', dims: [count, shape.words], data: ids },
    face_features: facesOf(rows, shape.faces, sizes.face),
    voice_features: { type: 'float32', dims: [count, shape.voice, sizes.voice], data: voice },
    attention_mask: { type: 'int32', dims: [count, length], data: mask },
    mask_position: { type: 'int32', dims: [count], data: positions },
  };
}

/** [rows, places, size], zeros behind what there is; from the GPU's store where they are kept there. */
function facesOf(rows: readonly RowContent[], places: number, size: number): GraphInput {
  const faces = rows.map(({ face }) => face);
  for (const face of faces) {
    if (face !== null && 'store' in face) {
      return face.store.input(
        faces.map((each) => (each !== null && 'store' in each ? each.ids : [])),
        places,
      );
    }
  }
  const data = new Float32Array(rows.length * places * size);
  faces.forEach((face, index) => {
    if (face !== null && 'data' in face) data.set(face.data, index * places * size);
  });
  return { type: 'float32', dims: [rows.length, places, size], data };
}
