// A rule that is switched off in place says why: `// oxlint-disable-next-line no-console -- the last words before the exit`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\n');
const directive = /(oxlint|eslint)-disable|@ts-(ignore|expect-error|nocheck)|prettier-ignore/;
const problems = [];

for (const file of files.filter(
  (name) => /\.([cm]?[jt]s|tsx)$/.test(name) && !name.startsWith('scripts/check-'),
)) {
  let lines;
  try {
    lines = readFileSync(path.join(root, file), 'utf8').split('\n');
  } catch {
    continue; // deleted, and not yet committed so
  }
  lines.forEach((line, index) => {
    if (directive.test(line) && !/\s--\s+\S/.test(line))
      problems.push(`${file}:${index + 1} add the reason: "-- …"`);
  });
}

for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
