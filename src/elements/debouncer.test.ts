import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Debouncer } from './debouncer';

describe('Debouncer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('runs the newest call, once, after the pause', () => {
    const debouncer = new Debouncer(300);
    const first = vi.fn();
    const second = vi.fn();
    debouncer.call(first);
    vi.advanceTimersByTime(299);
    debouncer.call(second);
    vi.advanceTimersByTime(299);
    expect(second).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
  });

  it('forgets what was cancelled', () => {
    const debouncer = new Debouncer(300);
    const action = vi.fn();
    debouncer.call(action);
    debouncer.cancel();
    vi.advanceTimersByTime(1000);
    expect(action).not.toHaveBeenCalled();
  });
});
