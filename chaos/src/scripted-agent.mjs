// Stands for an agent. Writes down what it says before it says it, so that what others show can be compared with it.
// Arguments: folder of the ledger, key of the prompt, lines, pause between bursts in ms, lines of a burst, exit code, seed.
import { createHash } from 'node:crypto';
import { appendFileSync, writeSync } from 'node:fs';
import path from 'node:path';

const [folder, key, lines, pauseMs, burst, exitCode, seed] = process.argv.slice(2);
const said = path.join(folder, `${key}.said`);

appendFileSync(path.join(folder, 'executions'), `${key} ${process.pid}\n`);
for (let number = 1; number <= Number(lines); number += 1) {
  const word = createHash('sha256').update(`${seed}:${key}:${number}`).digest('hex').slice(0, 8);
  say(`${key}:${number}:${word}\n`);
  if (number % Number(burst) === 0) await new Promise((resolve) => setTimeout(resolve, Number(pauseMs)));
}
say(`${key}:end\n`);
process.exitCode = Number(exitCode);

function say(line) {
  appendFileSync(said, line);
  let rest = Buffer.from(line);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code === 'EAGAIN') continue; // The reader is slow; the pipe has room again in a moment.
      process.exit(1); // Nobody reads any more.
    }
  }
}
