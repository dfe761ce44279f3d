import { describe, expect, it } from '@jest/globals';

/**
 * For suites that need something of the machine: a program, an engine. Without it they say loudly that they were not run,
 * and fail where every suite is required.
 */
export function describeWith(
  need: string,
  isHere: boolean,
  remedy = 'npm test installs it.',
): (what: string, define: () => void) => void {
  if (isHere) return (what, define) => describe(what, define);
  return (what) =>
    describe(what, () => {
      it(`needs ${need}`, () => {
        process.stderr.write(`!! ${need} is not here: ${what} was NOT tested. ${remedy}\n`);
        expect(process.env['REQUIRE_ALL_SUITES']).not.toBe('1');
      });
    });
}
