// Prints the moment of each write, `@<nanoseconds of the monotonic clock>`, at a pace: print-times.mjs <per second> <count>
import { writeSync } from 'node:fs';

const [perSecond, count] = process.argv.slice(2).map(Number);
const startedAt = performance.now();
for (let i = 0; i < count; i += 1) {
  const wait = startedAt + (i * 1_000) / perSecond - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  writeSync(1, `@${process.hrtime.bigint()}\n`);
}
