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

/** Ends the agent program of a session, and leaves container-agent to say so. */
export function killAgent(sessionId: string): void {
  const agents = processesOfSession(sessionId).filter((pid) => commandOf(pid).includes('app-server'));
  if (agents.length === 0) throw new Error(`Session ${sessionId} has no agent program`);
  for (const pid of agents) process.kill(pid, 'SIGKILL');
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It ended since the listing.
    return '';
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // It ended since the listing, or is not ours to read.
    return '';
  }
}
