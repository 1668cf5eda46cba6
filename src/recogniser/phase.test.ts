import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import type { BackendReport } from '../runtime/protocol';
import { conditionsOf, furthest, phaseOf, type Facts } from './phase';
import { WEBGPU } from './testing/fake-client';

const FAULT = new MemoError('internal', '', '');
const REST: Facts = {
  error: null,
  run: null,
  step: null,
  backend: null,
  loading: false,
  page: { hidden: false, online: true },
};
const run = (
  stage: 'asking' | 'waiting' | 'listening',
  kind: 'devices' | 'file' | 'text' = 'devices',
  awaitsModel = true,
) => ({ run: { kind, stage, awaitsModel, conditions: [] } });
const rows: [what: string, facts: Partial<Facts>, phase: string][] = [
  ['nothing', {}, 'idle'],
  ['a load by itself', { loading: true }, 'loading'],
  ['a prompt, whatever loads meanwhile', { ...run('asking'), step: 'warm-up' }, 'asking'],
  ['waiting, nothing heard yet', run('waiting'), 'loading'],
  ['waiting, bytes coming', { ...run('waiting'), step: 'fetch' }, 'loading'],
  ['waiting, graphs compiling', { ...run('waiting'), step: 'compile' }, 'loading'],
  ['waiting, first runs', { ...run('waiting'), step: 'warm-up' }, 'warming'],
  ['waiting, golden vectors', { ...run('waiting'), step: 'verify' }, 'warming'],
  ['devices just granted, model there', { ...run('waiting', 'devices', false), step: 'ready' }, 'asking'],
  ['a file being read, model there', { ...run('waiting', 'file', false), step: 'ready' }, 'loading'],
  ['listening', run('listening'), 'listening'],
  ['listening, tab hidden', { ...run('listening'), page: { hidden: true, online: true } }, 'paused'],
  ['a text, model not there', run('waiting', 'text'), 'loading'],
  ['a text, model there', run('waiting', 'text', false), 'idle'],
  ['an error', { error: FAULT }, 'error'],
  ['an error, whatever loads meanwhile', { error: FAULT, loading: true }, 'error'],
  ['an error beside what goes on', { ...run('listening'), error: FAULT }, 'listening'],
];

describe('phaseOf', () => {
  it.each(rows)('%s', (_what, facts, phase) => {
    expect(phaseOf({ ...REST, ...facts })).toBe(phase);
  });
});

describe('conditionsOf', () => {
  const wasm: BackendReport = { ...WEBGPU, name: 'wasm', reason: 'no adapter', adapter: null };

  it('says cpu-fallback where wasm was not asked for', () => {
    expect(conditionsOf({ ...REST, backend: wasm })).toEqual(['cpu-fallback']);
    expect(conditionsOf({ ...REST, backend: { ...wasm, forced: true } })).toEqual([]);
    expect(conditionsOf({ ...REST, backend: { ...wasm, name: 'webgpu' } })).toEqual([]);
  });

  it('joins what the source and the page say, in one order', () => {
    const facts: Facts = {
      ...REST,
      backend: wasm,
      page: { hidden: false, online: false },
      run: { kind: 'devices', stage: 'listening', awaitsModel: false, conditions: ['silence', 'no-face'] },
    };
    expect(conditionsOf(facts)).toEqual(['no-face', 'silence', 'cpu-fallback', 'offline']);
  });
});

describe('furthest', () => {
  it('never goes back within a load', () => {
    expect(furthest(null, 'fetch')).toBe('fetch');
    expect(furthest('compile', 'warm-up')).toBe('warm-up');
    expect(furthest('warm-up', 'compile')).toBe('warm-up');
  });
});
