/**
 * Everything that can go wrong, by code. A message names the cause, a cure names what to do about it.
 * `MemoError` crosses the worker whole: see {@link MemoError.toJSON} and {@link MemoError.from}.
 */

export const ERROR_CODES = [
  // capture
  'camera-denied',
  'microphone-denied',
  'devices-denied',
  'device-missing',
  'device-busy',
  'device-lost',
  'capture-unsupported',
  'nothing-to-capture',
  'media-unreadable',
  'media-empty',
  'media-lost',
  'nothing-recorded',
  // what is made of moments
  'moment-missing',
  'marks-missing',
  'adaptation-invalid',
  'adaptation-foreign',
  'adaptation-storage',
  // words
  'captions-invalid',
  'captions-beyond-end',
  'captions-unreachable',
  'recognition-denied',
  'recognition-language',
  'recognition-offline',
  'recognition-unstable',
  'words-unsupported',
  // bundle
  'manifest-unreachable',
  'manifest-invalid',
  'file-missing',
  'model-integrity',
  'integrity-missing',
  'not-kept',
  'graph-invalid',
  'golden-mismatch',
  // runtime
  'backend-unavailable',
  'device-gpu-lost',
  'worker-lost',
  'out-of-memory',
  'aborted',
  // input
  'prompt-invalid',
  'label-invalid',
  'attribute-invalid',
  'input-invalid',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The form an error takes when it is posted from a worker. */
export interface SerialisedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly cure: string;
  readonly cause?: string;
}

export class MemoError extends Error {
  override readonly name = 'MemoError';

  constructor(
    /** Stable; tests and pages match this, never a sentence. */
    readonly code: ErrorCode,
    message: string,
    /** What the reader can do about it, as a sentence. */
    readonly cure: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }

  toJSON(): SerialisedError {
    const cause = this.cause instanceof Error ? worded(this.cause) : undefined;
    return {
      code: this.code,
      message: this.message,
      cure: this.cure,
      ...(cause === undefined ? {} : { cause }),
    };
  }

  /** Any thrown value or {@link SerialisedError} as a MemoError; what is not ours becomes `internal`. */
  static from(value: unknown): MemoError {
    if (value instanceof MemoError) return value;
    if (isSerialised(value)) return new MemoError(value.code, value.message, value.cure, value.cause);
    const message = worded(value);
    return new MemoError(
      'internal',
      `Something unforeseen happened: ${message}`,
      'Press Start again. If it comes back, report it with this message.',
      value,
    );
  }
}

/** Whatever was thrown, in words: some values throw when they are asked for theirs. */
function worded(value: unknown): string {
  try {
    return value instanceof Error ? `${value.name}: ${value.message}` : String(value);
  } catch {
    return 'a value that has no words';
  }
}

function isSerialised(value: unknown): value is SerialisedError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    (ERROR_CODES as readonly unknown[]).includes(value.code) &&
    'message' in value &&
    typeof value.message === 'string' &&
    'cure' in value &&
    typeof value.cure === 'string'
  );
}
