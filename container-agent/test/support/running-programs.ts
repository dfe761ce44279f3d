import { readFileSync } from 'node:fs';
import { readProcessTable } from '../../src/process/index.ts';
import { waitFor } from './wait-for.ts';

/** What an interrupt may take, from its acceptance until nothing runs that its turn has started. */
const interruptDeadlineMs = 2_000;

/** Whether a process with this command line runs. */
export function isRunning(command: string): boolean {
  return readProcessTable().some(({ pid }) => commandOf(pid) === command);
}

/** To be called with the interrupt: resolves once no command line, of a shell either, has these words. @throws after 2 s */
export function whenInterrupted(commands: readonly string[]): Promise<void> {
  const isLeft = () =>
    readProcessTable().some(({ pid }) => commands.some((words) => commandOf(pid).includes(words)));
  return waitFor(() => !isLeft(), interruptDeadlineMs, `the end of ${commands.join(', ')}`);
}

/** The living processes with these words in their command line whose environment names the folder. */
export function listPrograms(words: string, folder: string): readonly number[] {
  return readProcessTable()
    .map(({ pid }) => pid)
    .filter((pid) => commandOf(pid).includes(words) && environmentOf(pid).includes(folder));
}

/** Empty when it has ended, also for what nobody has waited for. */
export function commandOf(pid: number): string {
  return readProcFile(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

export function environmentOf(pid: number): string {
  return readProcFile(pid, 'environ');
}

function readProcFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // Gone meanwhile.
  }
}
