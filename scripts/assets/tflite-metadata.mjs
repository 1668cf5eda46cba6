/**
 * Adds the metadata that MediaPipe's FaceDetector asks for to a TFLite model that was published without it.
 *
 * A TFLite model is a FlatBuffer, and FlatBuffers' offsets point forwards: so the old file stays whole, byte for byte, and a
 * new header with a new `Model` table goes in front of it, which points into the old one.
 * Tables: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs and
 * https://github.com/google-ai-edge/mediapipe/blob/master/mediapipe/tasks/metadata/metadata_schema.fbs
 */
import { Builder, ByteBuffer } from 'flatbuffers';
import { Writer } from './flat-writer.mjs';

const TFLITE_IDENTIFIER = 'TFL3';
const METADATA_IDENTIFIER = 'M001';
/** The name under which the TFLite tools look for the metadata's buffer. */
const METADATA_NAME = 'TFLITE_METADATA';
/** Tensor data in a TFLite file is aligned to this; the prefix keeps it so. */
const ALIGNMENT = 16;

/** Field numbers of the schemas above. */
const MODEL = {
  version: 0,
  operatorCodes: 1,
  subgraphs: 2,
  description: 3,
  buffers: 4,
  metadataBuffer: 5,
  metadata: 6,
  signatures: 7,
};
const MODEL_FIELDS = 8;
const CONTENT_IMAGE = 2;
const COLOUR_RGB = 1;
const PROCESS_NORMALISATION = 1;

/**
 * The metadata itself: one RGB image input, normalised as (value - mean) / std of 0..255.
 * @param {{ name: string, mean: number, std: number }} input
 * @returns {Uint8Array} FlatBuffer with identifier M001
 */
export function imageInputMetadata({ name, mean, std }) {
  const builder = new Builder(512);
  const table = (fields, fill) => {
    builder.startObject(fields);
    fill();
    return builder.endObject();
  };
  const offsets = (items) => {
    builder.startVector(4, items.length, 4);
    for (const item of [...items].reverse()) builder.addOffset(item);
    return builder.endVector();
  };
  const float = (value) => {
    builder.startVector(4, 1, 4);
    builder.addFloat32(value);
    return builder.endVector();
  };
  const meanAt = float(mean);
  const stdAt = float(std);
  const normalisation = table(2, () => {
    builder.addFieldOffset(0, meanAt, 0);
    builder.addFieldOffset(1, stdAt, 0);
  });
  const unit = table(2, () => {
    builder.addFieldInt8(0, PROCESS_NORMALISATION, 0);
    builder.addFieldOffset(1, normalisation, 0);
  });
  const units = offsets([unit]);
  const image = table(2, () => builder.addFieldInt8(0, COLOUR_RGB, 0));
  const content = table(3, () => {
    builder.addFieldInt8(0, CONTENT_IMAGE, 0);
    builder.addFieldOffset(1, image, 0);
  });
  const tensorName = builder.createString('image');
  const tensor = table(7, () => {
    builder.addFieldOffset(0, tensorName, 0);
    builder.addFieldOffset(3, content, 0);
    builder.addFieldOffset(4, units, 0);
  });
  const inputs = offsets([tensor]);
  const subgraph = table(9, () => builder.addFieldOffset(2, inputs, 0));
  const subgraphs = offsets([subgraph]);
  const modelName = builder.createString(name);
  const minimum = builder.createString('1.0.0');
  const root = table(8, () => {
    builder.addFieldOffset(0, modelName, 0);
    builder.addFieldOffset(3, subgraphs, 0);
    builder.addFieldOffset(7, minimum, 0);
  });
  builder.finish(root, METADATA_IDENTIFIER);
  return builder.asUint8Array().slice();
}

/**
 * @param {Uint8Array} model a TFLite file without metadata
 * @param {Uint8Array} metadata as {@link imageInputMetadata} makes it
 * @returns {Uint8Array} the same model with it
 * @throws {Error} if `model` is no TFLite file or has metadata already
 */
export function withMetadata(model, metadata) {
  const old = readModel(model);
  const builder = new Writer();
  builder.reserve(8);
  const vtable = builder.position;
  builder.u16(4 + 2 * MODEL_FIELDS).u16(4 + 4 * MODEL_FIELDS);
  for (let field = 0; field < MODEL_FIELDS; field++)
    builder.u16(old.present[field] || field === MODEL.metadata ? 4 + 4 * field : 0);
  const root = builder.align(4).position;
  builder.i32(root - vtable);
  const slots = Array.from({ length: MODEL_FIELDS }, () => builder.slot());
  const buffers = builder.position;
  builder.u32(old.buffers.length + 1);
  const bufferSlots = Array.from({ length: old.buffers.length + 1 }, () => builder.slot());
  const list = builder.position;
  builder.u32(1);
  const entrySlot = builder.slot();
  // Metadata { name: string, buffer: uint }
  const entryVtable = builder.position;
  builder.u16(8).u16(12).u16(4).u16(8);
  const entry = builder.position;
  builder.i32(entry - entryVtable);
  const nameSlot = builder.slot();
  builder.u32(old.buffers.length);
  const name = builder.position;
  builder.string(METADATA_NAME);
  // Buffer { data: [ubyte] }
  const bufferVtable = builder.align(4).position;
  builder.u16(6).u16(8).u16(4).u16(0);
  const buffer = builder.position;
  builder.i32(buffer - bufferVtable);
  const dataSlot = builder.slot();
  // The vector's bytes, not its length, are what must be aligned.
  const data = builder.align(ALIGNMENT, 4).position;
  builder.u32(metadata.length).bytes(metadata);
  const shift = builder.align(ALIGNMENT).position;

  builder.point(0, root).text(4, TFLITE_IDENTIFIER);
  old.present.forEach((at, field) => {
    if (at === 0) return;
    if (field === MODEL.version) builder.put(slots[field], old.version);
    else builder.point(slots[field], shift + at);
  });
  builder.point(slots[MODEL.buffers], buffers).point(slots[MODEL.metadata], list);
  old.buffers.forEach((at, index) => builder.point(bufferSlots[index], shift + at));
  builder.point(bufferSlots[old.buffers.length], buffer);
  builder.point(entrySlot, entry).point(nameSlot, name).point(dataSlot, data);
  return builder.finish(model);
}

/** The metadata's bytes, or null if the model has none. */
export function readMetadata(model) {
  const bytes = new ByteBuffer(model);
  const { present, buffers } = readModel(model, true);
  const list = present[MODEL.metadata];
  for (let index = 0; list !== 0 && index < bytes.readUint32(list); index++) {
    const slot = list + 4 + 4 * index;
    const entry = slot + bytes.readUint32(slot);
    const nameField = entry + bytes.__offset(entry, 4);
    if (bytes.__string(nameField) !== METADATA_NAME) continue;
    const buffer = buffers[bytes.readUint32(entry + bytes.__offset(entry, 6))];
    const field = buffer + bytes.__offset(buffer, 4);
    const start = bytes.__vector(field);
    return model.subarray(start, start + bytes.__vector_len(field));
  }
  return null;
}

/** `present`: for each field of the root table where its value is (0: absent); `buffers`: where each Buffer table is. */
function readModel(model, metadataAllowed = false) {
  const bytes = new ByteBuffer(model);
  if (model.length < 8 || !bytes.__has_identifier(TFLITE_IDENTIFIER)) {
    throw new Error('This is not a TFLite model: reinstall @mediapipe/face_detection.');
  }
  const root = bytes.readUint32(0);
  const present = Array.from({ length: MODEL_FIELDS }, (_, field) => {
    const offset = bytes.__offset(root, 4 + 2 * field);
    if (offset === 0) return 0;
    return field === MODEL.version ? root + offset : root + offset + bytes.readUint32(root + offset);
  });
  if (present[MODEL.metadata] !== 0 && !metadataAllowed)
    throw new Error('The TFLite model has metadata already.');
  const list = present[MODEL.buffers];
  const buffers = Array.from({ length: bytes.readUint32(list) }, (_, index) => {
    const slot = list + 4 + 4 * index;
    return slot + bytes.readUint32(slot);
  });
  return { present, buffers, version: bytes.readUint32(present[MODEL.version]) };
}
