import { readFileSync } from 'node:fs';
import { Builder } from 'flatbuffers';
import { describe, expect, it } from 'vitest';
import { imageInputMetadata, readMetadata, withMetadata } from './tflite-metadata.mjs';

const published = new Uint8Array(
  readFileSync('node_modules/@mediapipe/face_detection/face_detection_short_range.tflite'),
);
const metadata = imageInputMetadata({ name: 'test', mean: 127.5, std: 127.5 });

/** Follows a path of vtable fields from the root; a field's value is an offset. */
function follow(bytes: Uint8Array, fields: readonly number[]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let table = view.getUint32(0, true);
  for (const field of fields) {
    const vtable = table - view.getInt32(table, true);
    const slot = table + view.getUint16(vtable + 4 + 2 * field, true);
    table = slot + view.getUint32(slot, true);
  }
  return table;
}

describe('imageInputMetadata', () => {
  it('is a FlatBuffer of the metadata schema', () => {
    expect(String.fromCharCode(...metadata.subarray(4, 8))).toBe('M001');
  });

  it('holds mean and std where ModelMetadata.subgraph[0].input[0].process_units[0].options has them', () => {
    const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength);
    const first = (vector: number) => vector + 4 + view.getUint32(vector + 4, true);
    const field = (table: number, number: number) => {
      const slot = table + view.getUint16(table - view.getInt32(table, true) + 4 + 2 * number, true);
      return slot + view.getUint32(slot, true);
    };
    const subgraph = first(follow(metadata, [3]));
    const unit = first(field(first(field(subgraph, 2)), 4));
    const options = field(unit, 1);
    expect(view.getFloat32(field(options, 0) + 4, true)).toBe(127.5);
    expect(view.getFloat32(field(options, 1) + 4, true)).toBe(127.5);
  });
});

describe('withMetadata', () => {
  const made = withMetadata(published, metadata);

  it('can be read back', () => {
    expect(readMetadata(published)).toBeNull();
    expect(readMetadata(made)).toEqual(metadata);
  });

  it('leaves the published file whole at the end, at a multiple of 16', () => {
    const shift = made.length - published.length;
    expect(shift % 16).toBe(0);
    expect(Buffer.compare(made.subarray(shift), published)).toBe(0);
  });

  it('points to the same operators and graphs as before', () => {
    const shift = made.length - published.length;
    for (const field of [1, 2]) expect(follow(made, [field])).toBe(shift + follow(published, [field]));
  });

  it('refuses a model that has metadata, and what is no model', () => {
    expect(() => withMetadata(made, metadata)).toThrow('has metadata already');
    const other = new Builder(16);
    other.startObject(0);
    other.finish(other.endObject(), 'NOPE');
    expect(() => withMetadata(other.asUint8Array(), metadata)).toThrow('not a TFLite model');
  });
});
