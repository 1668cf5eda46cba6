export interface StageCount {
  readonly stage: string;
  readonly onGpu: number;
  readonly between: number;
  readonly cpuWay: number;
  readonly multiplications: number;
}
export function perUpdate(
  manifest: unknown,
  options?: { readonly boxPx?: number; readonly rows?: number },
): readonly StageCount[];
export function table(stages: readonly StageCount[]): string;
