/** A x = b for a symmetric, positive definite A, by Cholesky's decomposition. */
export function solve(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const size = vector.length;
  const lower = matrix.map(() => new Array<number>(size).fill(0));
  const entry = (row: number, column: number) => lower[row]?.[column] ?? 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let rest = matrix[row]?.[column] ?? 0;
      for (let at = 0; at < column; at += 1) rest -= entry(row, at) * entry(column, at);
      const line = lower[row];
      // rounding alone takes a positive pivot to 0
      if (line !== undefined)
        line[column] = row === column ? Math.sqrt(Math.max(rest, 1e-12)) : rest / entry(column, column);
    }
  }
  const half: number[] = [];
  for (let row = 0; row < size; row += 1) {
    const rest = half.reduce((sum, value, at) => sum - entry(row, at) * value, vector[row] ?? 0);
    half.push(rest / entry(row, row));
  }
  const whole = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = half[row] ?? 0;
    for (let at = row + 1; at < size; at += 1) rest -= entry(at, row) * (whole[at] ?? 0);
    whole[row] = rest / entry(row, row);
  }
  return whole;
}
