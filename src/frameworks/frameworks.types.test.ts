/** What a template of React, Vue or Svelte may write, and what it may not. */

import type { JSX } from 'react';
import type { SvelteHTMLElements } from 'svelte/elements';
import { describe, expectTypeOf, it } from 'vitest';
import type { GlobalComponents } from 'vue';
import type { Estimate, Measurement, MemoError } from '..';
import type { MemoBert } from '../elements';
import type {} from './react';
import type {} from './svelte';
import type { MemoVue } from './vue';

type Name =
  | ('src' | 'stream' | 'bundle' | 'integrity' | 'assetBase' | 'speech' | 'device' | 'modalities')
  | ('prompt' | 'labels' | 'rateFace' | 'rateVoice' | 'rateFusion' | 'saver' | 'smoothing');
type Kebab = 'asset-base' | 'rate-face' | 'rate-voice' | 'rate-fusion';
type Detail<F> = NonNullable<F> extends (event: CustomEvent<infer D>) => void ? D : never;
type React = JSX.IntrinsicElements['memo-bert'];
type Svelte = SvelteHTMLElements['memo-bert'];
type Vue = InstanceType<MemoVue['memo-bert']>['$props'];

describe('typed templates', () => {
  it('take the element’s properties and attributes', () => {
    for (const props of [{} as React, {} as Svelte, {} as Vue]) {
      expectTypeOf(props.labels).toEqualTypeOf<string | readonly string[] | null | undefined>();
      expectTypeOf(props.stream).toEqualTypeOf<MediaStream | null | undefined>();
      expectTypeOf(props.device).toEqualTypeOf<'auto' | 'webgpu' | 'wasm' | null | undefined>();
      expectTypeOf(props['asset-base']).toEqualTypeOf<string | null | undefined>();
    }
  });

  it('take null and undefined for the default, as values that may be missing', () => {
    type Gone<V> = { readonly [K in Name | Kebab]: V };
    expectTypeOf<Gone<null> | Gone<undefined>>().toExtend<Pick<React, Name | Kebab>>();
    expectTypeOf<Gone<null> | Gone<undefined>>().toExtend<Pick<Svelte, Name | Kebab>>();
    expectTypeOf<Gone<null> | Gone<undefined>>().toExtend<Pick<Vue, Name | Kebab>>();
    expectTypeOf<{ onestimate: undefined }>().toExtend<Pick<React, 'onestimate'>>();
    expectTypeOf<{ onestimate: undefined }>().toExtend<Pick<Svelte, 'onestimate'>>();
    expectTypeOf<{ onEstimate: undefined }>().toExtend<Pick<Vue, 'onEstimate'>>();
    expectTypeOf<Pick<Gone<null> | Gone<undefined>, Name>>().toExtend<Pick<MemoBert, Name>>();
    // what reading gives is what was written
    expectTypeOf<MemoBert['bundle']>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<MemoBert['saver']>().toEqualTypeOf<boolean | null | undefined>();
  });

  it('hear its events with their details', () => {
    expectTypeOf<Detail<React['onestimate']>>().toEqualTypeOf<Estimate>();
    expectTypeOf<Detail<Svelte['onestimate']>>().toEqualTypeOf<Estimate>();
    expectTypeOf<Detail<Vue['onEstimate']>>().toEqualTypeOf<Estimate>();
    expectTypeOf<Detail<React['onerror']>>().toEqualTypeOf<MemoError>();
    expectTypeOf<Detail<Svelte['onerror']>>().toEqualTypeOf<MemoError>();
    type Measured = JSX.IntrinsicElements['memo-measure']['onmeasured'];
    expectTypeOf<Detail<Measured>>().toEqualTypeOf<Measurement>();
    type SvelteMeasured = SvelteHTMLElements['memo-measure']['onmeasured'];
    expectTypeOf<Detail<SvelteMeasured>>().toEqualTypeOf<Measurement>();
  });

  it('refuse methods, what only tells, and what there is not', () => {
    // @ts-expect-error it is a method
    void ({ start: () => undefined } satisfies React);
    // @ts-expect-error it can only be read
    void ({ estimate: null } satisfies React);
    // @ts-expect-error it can only be read
    void ({ conditions: [] } satisfies Svelte);
    // @ts-expect-error a device that there is not
    void ({ device: 'npu' } satisfies Svelte);
    // @ts-expect-error a device that there is not
    void ({ device: 'npu' } satisfies React);
  });

  it('know the parts too', () => {
    expectTypeOf<JSX.IntrinsicElements['memo-timeline']['for']>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<SvelteHTMLElements>().toHaveProperty('memo-preview');
    expectTypeOf<GlobalComponents>().toHaveProperty('memo-bars');
  });
});
