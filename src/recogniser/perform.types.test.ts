import { expectTypeOf, it } from 'vitest';
import type { Steps } from './perform';
import type { RequestName } from './requests';

it('knows a step for every request: one without would be swallowed', () => {
  expectTypeOf<keyof Steps>().toEqualTypeOf<RequestName>();
  expectTypeOf<Steps>().toEqualTypeOf<Required<Steps>>();
});
