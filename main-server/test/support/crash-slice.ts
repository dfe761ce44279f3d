/** Some failpoints each time: CRASH_SEED (a whole number, else 1) chooses which, TEST_FULL=1 takes all. */
export function sliceOf(failpoints: readonly string[], size: number): readonly string[] {
  if (process.env['TEST_FULL'] === '1' || failpoints.length <= size) return failpoints;
  const seed = Number(process.env['CRASH_SEED'] ?? 1);
  return Array.from({ length: size }, (_none, index) => {
    const place = (seed * 7 + Math.floor((index * failpoints.length) / size)) % failpoints.length;
    return failpoints[place] ?? '';
  });
}
