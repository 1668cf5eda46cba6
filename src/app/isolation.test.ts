import { describe, expect, it } from 'vitest';
import { reloadOnceForIsolation } from './isolation';

function visit({ isolated = false, touched = false, state = null as unknown } = {}) {
  let reloads = 0;
  const history = { state, replaceState: (next: unknown) => (history.state = next) };
  const again = () =>
    reloadOnceForIsolation({ isolated, touched: () => touched, history, reload: () => (reloads += 1) });
  again();
  return { history, again, reloads: () => reloads };
}

describe('the reload for isolation', () => {
  it('comes once, and keeps what others left in the history', () => {
    const { history, again, reloads } = visit({ state: { of: 'somebody' } });
    again();
    expect(reloads()).toBe(1);
    expect(history.state).toEqual({ of: 'somebody', memoReloaded: true });
  });

  it.each([{ isolated: true }, { touched: true }, { state: { memoReloaded: true } }])(
    'not with %j',
    (how) => {
      expect(visit(how).reloads()).toBe(0);
    },
  );
});
