// Loaded into main-server before its program: it ends as by `kill -9` at the failpoint that a file names.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { Failpoints } from '@codex-webapp/nest-kit';

const file = process.env.CRASH_AT_FILE;

Failpoints.prototype.hit = async function hit(name) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== name) return;
  rmSync(file);
  process.kill(process.pid, 'SIGKILL');
};
