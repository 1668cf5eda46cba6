/** What a drawn face can do, and the expressions made of it. */

/** Each 0 at rest unless said. */
export interface Expression {
  /** -1 mouth corners down, 1 up. */
  readonly corners: number;
  /** 0 closed, 1 wide open. */
  readonly open: number;
  /** Times the mouth's width at rest (1). */
  readonly width: number;
  /** 0 to 1: how much of the teeth shows when the lips part. */
  readonly teeth: number;
  /** -1 brows lowered, 1 raised. */
  readonly brows: number;
  /** -1 inner ends of the brows down (anger), 1 up (grief). */
  readonly tilt: number;
  /** 0 to 1: brows drawn together. */
  readonly knit: number;
  /** 0 shut, 1 at rest, 1.5 wide. */
  readonly eyes: number;
  /** 0 to 1: cheeks raised, lower lids with them. */
  readonly cheeks: number;
  /** -1 to 1: where the eyes look, down to up. */
  readonly gaze: number;
  /** Head's nod, -1 sunk to 1 raised. */
  readonly nod: number;
}

export const EXPRESSION_NAMES = ['neutral', 'happy', 'surprised', 'sad', 'angry'] as const;
export type ExpressionName = (typeof EXPRESSION_NAMES)[number];

const NEUTRAL: Expression = {
  corners: 0,
  open: 0,
  width: 1,
  teeth: 0.2,
  brows: -0.25,
  tilt: -0.08,
  knit: 0.1,
  eyes: 0.82,
  cheeks: 0,
  gaze: 0,
  nod: 0,
};

/** After the action units that FACS gives for each: 6+12, 1+2+5+26, 1+4+15, 4+5+7+23. */
export const EXPRESSIONS: Readonly<Record<ExpressionName, Expression>> = {
  neutral: NEUTRAL,
  happy: {
    ...NEUTRAL,
    corners: 1,
    open: 0.42,
    width: 1.32,
    teeth: 1,
    brows: 0.15,
    tilt: 0,
    knit: 0,
    eyes: 0.85,
    cheeks: 1,
    nod: 0.3,
  },
  surprised: {
    ...NEUTRAL,
    corners: -0.1,
    open: 1,
    width: 0.74,
    teeth: 0.1,
    brows: 1,
    tilt: 0,
    knit: 0,
    eyes: 1.55,
    nod: 0.2,
  },
  sad: {
    ...NEUTRAL,
    corners: -0.8,
    width: 1,
    teeth: 0,
    brows: -0.1,
    tilt: 0.95,
    knit: 0.8,
    eyes: 0.6,
    gaze: -0.6,
    nod: -0.6,
  },
  angry: {
    ...NEUTRAL,
    corners: -0.55,
    open: 0.5,
    width: 1.25,
    teeth: 1,
    brows: -1.15,
    tilt: -1,
    knit: 1,
    eyes: 0.86,
    cheeks: 0.3,
    nod: -0.25,
  },
};

/** From `a` (share 0) to `b` (share 1), each part by itself. */
export function blend(a: Expression, b: Expression, share: number): Expression {
  const parts = Object.keys(a) as (keyof Expression)[];
  const mixed = parts.map((part) => [part, a[part] * (1 - share) + b[part] * share]);
  return { ...a, ...Object.fromEntries(mixed) };
}
