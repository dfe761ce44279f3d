const isFull = process.env['TEST_FULL'] === '1';
const seed = Number(process.env['CRASH_SEED'] ?? 1);

/** Some failpoints each time: CRASH_SEED (a whole number, else 1) chooses which, TEST_FULL=1 takes all. */
export function sliceOf(failpoints: readonly string[], size: number): readonly string[] {
  if (isFull || failpoints.length <= size) return failpoints;
  return Array.from({ length: size }, (_none, index) => {
    const place = (seed * 7 + Math.floor((index * failpoints.length) / size)) % failpoints.length;
    return failpoints[place] ?? '';
  });
}

/** Every `step`th request each time; CRASH_SEED chooses with which it begins, TEST_FULL=1 takes all. */
export function requestSlice(step: number): { readonly first: number; readonly step: number } {
  return isFull ? { first: 0, step: 1 } : { first: seed % step, step };
}
