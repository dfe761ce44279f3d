import { readdirSync, readFileSync } from 'node:fs';

/** The pids of everything that runs with SESSION_ID=<id> in its environment, from /proc. */
export function processesOfSession(sessionId: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(`SESSION_ID=${sessionId}`))
    .map(Number);
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It ended since the listing, or is not ours to read.
    return [];
  }
}
