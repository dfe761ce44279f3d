import { readdirSync, readFileSync } from 'node:fs';

/**
 * The pids of everything of a session, from /proc: container-agent knows its id, and what it starts lives in a folder
 * that is named after it.
 */
export function processesOfSession(sessionId: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(sessionId))
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // It ended since the listing, or is not ours to read.
    return '';
  }
}
