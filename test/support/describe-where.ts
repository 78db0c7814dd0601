/**
 * `describe` for tests that need a program of the machine. On somebody's own machine without it they are left out,
 * and the console says why; CI installs it (`.ci/run`), so there its absence is a failure and not a test less.
 *
 * @param why what is missing and how it can be had, or null where nothing is missing.
 * @throws Error with `why`, in CI.
 */
export function describeWhereNothingIsMissing(why: string | null): jest.Describe {
  if (why === null) return describe;
  if (process.env['CI'] !== undefined) throw new Error(why);
  process.stderr.write(`Left out: ${why}\n`);
  return describe.skip;
}
