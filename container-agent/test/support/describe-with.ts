import { describe, expect, it } from '@jest/globals';

/**
 * For suites of a real program. Without it they say loudly that they were not run, and fail where every suite is required.
 */
export function describeWith(
  program: string,
  isHere: boolean,
  remedy = 'npm test installs it.',
): (what: string, define: () => void) => void {
  if (isHere) return (what, define) => describe(what, define);
  return (what) =>
    describe(what, () => {
      it(`needs ${program}`, () => {
        process.stderr.write(`!! ${program} is not here: ${what} was NOT tested. ${remedy}\n`);
        expect(process.env['REQUIRE_ALL_SUITES']).not.toBe('1');
      });
    });
}
