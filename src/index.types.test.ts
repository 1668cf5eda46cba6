/** What users of the package compile against: it may grow, and must not change unseen. */

import { describe, expectTypeOf, it } from 'vitest';
import {
  exportTimeline,
  fitAdaptation,
  LABEL_SETS,
  measure,
  PROMPTS,
  Recogniser,
  type AdaptationState,
  type DeviceRequest,
  type Estimate,
  type Filling,
  type Given,
  type GivenFrom,
  type LateAdapter,
  type LoadStep,
  type MarkedMoment,
  type MeasureInput,
  type MemoError,
  type MemoRequest,
  type Moment,
  type Prior,
  type Progress,
  type RecogniserParts,
  type RecogniserState,
  type RecognitionPlace,
  type StateChange,
  type Subject,
  type Timeline,
  type Words,
  type WordsState,
} from '.';

const options = { manifestUrl: 'm', assetBase: 'a' };
type Addresses = Record<keyof typeof options, string | URL>;

describe('the headless API', () => {
  it('is made with two addresses; settings are optional and typed', () => {
    expectTypeOf<ConstructorParameters<typeof Recogniser>[0]>().toExtend<Addresses>();
    void ((): unknown => new Recogniser(options));
    // @ts-expect-error a device that there is not
    void ((): unknown => new Recogniser({ ...options, device: 'npu' }));
    // @ts-expect-error a modality that there is not
    void ((recogniser: Recogniser) => recogniser.configure({ modalities: ['smell'] }));
    void ((recogniser: Recogniser) => recogniser.configure({ labels: ['happy', 'sad'], smoothing: 1 }));
  });

  it('gives typed events, state and estimates one by one', () => {
    void ((recogniser: Recogniser) => {
      recogniser.addEventListener('estimate', (event) =>
        expectTypeOf(event.detail).toEqualTypeOf<Estimate>(),
      );
      recogniser.addEventListener('error', (event) => expectTypeOf(event.detail).toEqualTypeOf<MemoError>());
      recogniser.addEventListener('statechange', (event) =>
        expectTypeOf(event.detail).toEqualTypeOf<StateChange>(),
      );
      expectTypeOf(recogniser.state).toEqualTypeOf<RecogniserState>();
    });
    expectTypeOf<Recogniser>().toExtend<AsyncIterable<Estimate>>();
  });

  it('names what a recogniser and a timeline are made of', () => {
    expectTypeOf<Recogniser['words']>().toEqualTypeOf<Words>();
    expectTypeOf<Recogniser['adapter']>().toEqualTypeOf<LateAdapter>();
    expectTypeOf<Timeline['given']>().toEqualTypeOf<Given>();
    expectTypeOf<NonNullable<Timeline['givenFrom']>>().toEqualTypeOf<readonly GivenFrom[]>();
  });

  it('takes streams, files, frames and samples', () => {
    expectTypeOf<Recogniser['startStream']>().parameters.toEqualTypeOf<[MediaStream]>();
    expectTypeOf<Recogniser['startFile']>().parameters.toEqualTypeOf<[Blob, string]>();
    expectTypeOf<Recogniser['pushFrame']>().parameters.toEqualTypeOf<[VideoFrame | ImageBitmap, number]>();
    expectTypeOf<Recogniser['pushSamples']>().parameters.toEqualTypeOf<
      [Float32Array<ArrayBuffer>, number, number]
    >();
    expectTypeOf(exportTimeline).toEqualTypeOf<
      (timeline: Timeline | null, format: 'csv' | 'json' | 'webvtt' | 'emotionml') => Blob
    >();
  });

  it('takes moments apart and learns from marks', () => {
    void (async (recogniser: Recogniser) => {
      expectTypeOf(await recogniser.takeMoment()).toEqualTypeOf<Moment>();
      expectTypeOf(await recogniser.fillIn({ words: [0], faces: [], voice: [] })).toEqualTypeOf<Filling>();
      expectTypeOf(recogniser.mark('happy')).toEqualTypeOf<MarkedMoment>();
      expectTypeOf(recogniser.adaptation).toEqualTypeOf<AdaptationState>();
      await recogniser.configure({ labels: LABEL_SETS[4], prompt: PROMPTS[1] });
    });
  });

  it('has a name for what its signatures take and give', () => {
    expectTypeOf<Recogniser['start']>().parameters.toEqualTypeOf<[wish?: DeviceRequest]>();
    expectTypeOf<Recogniser['handle']>().parameters.toEqualTypeOf<[MemoRequest]>();
    expectTypeOf<ConstructorParameters<typeof Recogniser>[1]>().toEqualTypeOf<
      Partial<RecogniserParts> | undefined
    >();
    expectTypeOf<NonNullable<Parameters<typeof measure>[1]>['input']>().toEqualTypeOf<
      MeasureInput | undefined
    >();
    expectTypeOf<Parameters<typeof fitAdaptation>[2]>().toEqualTypeOf<Prior | undefined>();
    expectTypeOf<AdaptationState['subject']>().toEqualTypeOf<Subject | null>();
    expectTypeOf<Progress['step']>().toEqualTypeOf<LoadStep>();
    expectTypeOf<WordsState['place']>().toEqualTypeOf<RecognitionPlace | null>();
  });

  it('keeps its own way to begin a run to itself', () => {
    // @ts-expect-error what a start does inside
    void ((recogniser: Recogniser) => recogniser.begin);
  });
});
