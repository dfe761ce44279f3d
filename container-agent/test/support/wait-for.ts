/** Resolves once the condition holds; looks every few milliseconds. @throws when it does not in time */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
  what = 'the condition',
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
