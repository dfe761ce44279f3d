// Loaded into main-server before its program: it ends as by `kill -9` at the failpoint that a file names.
import { existsSync, readFileSync, rmSync } from 'node:fs';

const file = process.env.CRASH_AT_FILE;

globalThis[Symbol.for('codex-webapp.failpoint-observer')] = (name) => {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== name) return;
  rmSync(file);
  process.kill(process.pid, 'SIGKILL');
};
