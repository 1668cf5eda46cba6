/** Numbers as only those elements write them that come late. */

/** Milliseconds: whole from 10 on, one decimal below. */
export function milliseconds(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}

/** Seconds as `m:ss`, with hours from one on; tenths below ten minutes. */
export function clock(seconds: number): string {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const whole = Math.floor(tenths / 10);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours > 0) return `${hours}:${two(minutes)}:${two(rest)}`;
  return whole < 600 ? `${minutes}:${two(rest)}.${tenths % 10}` : `${minutes}:${two(rest)}`;
}

/** Runs a second, one decimal. */
export function rate(hz: number): string {
  return hz.toFixed(1);
}
