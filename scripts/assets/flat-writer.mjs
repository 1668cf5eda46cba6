/** Little-endian bytes written front to back, with slots filled in later by where their target turned out to be. */
export class Writer {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  position = 0;

  reserve(count) {
    this.#grow(count);
    this.position += count;
    return this;
  }

  /** Zeros until `position + ahead` is a multiple of `unit`. */
  align(unit, ahead = 0) {
    return this.reserve((unit - ((this.position + ahead) % unit)) % unit);
  }

  u16(value) {
    this.reserve(2);
    this.#view.setUint16(this.position - 2, value, true);
    return this;
  }

  u32(value) {
    this.reserve(4);
    return this.put(this.position - 4, value);
  }

  i32(value) {
    this.reserve(4);
    this.#view.setInt32(this.position - 4, value, true);
    return this;
  }

  bytes(values) {
    this.reserve(values.length);
    this.#bytes.set(values, this.position - values.length);
    return this;
  }

  /** Length, characters (ASCII), closing zero. */
  string(text) {
    return this.u32(text.length).bytes(Buffer.from(text, 'ascii')).reserve(1);
  }

  /** Four bytes for a later {@link point} or {@link put}; gives their position. */
  slot() {
    this.u32(0);
    return this.position - 4;
  }

  put(at, value) {
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** Makes the slot an offset to `target`, which must lie behind it. */
  point(slot, target) {
    if (target <= slot)
      throw new RangeError(`A FlatBuffers offset cannot point back from ${slot} to ${target}.`);
    return this.put(slot, target - slot);
  }

  text(at, ascii) {
    this.#bytes.set(Buffer.from(ascii, 'ascii'), at);
    return this;
  }

  /** Everything written, followed by `rest`. */
  finish(rest) {
    const all = new Uint8Array(this.position + rest.length);
    all.set(this.#bytes.subarray(0, this.position));
    all.set(rest, this.position);
    return all;
  }

  #grow(count) {
    const needed = this.position + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
