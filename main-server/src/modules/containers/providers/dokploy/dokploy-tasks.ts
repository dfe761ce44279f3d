import type { z } from 'zod';
import type { ContainerState } from '../container-provider.ts';
import type { taskList } from './dokploy-answers.ts';

/** One attempt of the swarm to run an app's container. */
export interface Task {
  readonly id: string;
  readonly phase: 'starting' | 'running' | 'ended' | 'rejected';
  /** Whether the swarm wants it to run. */
  readonly isWanted: boolean;
  /** The swarm's own word, e.g. `Preparing`. */
  readonly word: string;
  readonly exitCode: number | null;
  /** What went wrong, in the swarm's words. */
  readonly error: string | null;
}

const phases: Readonly<Record<string, Task['phase']>> = {
  running: 'running',
  complete: 'ended',
  failed: 'ended',
  shutdown: 'ended',
  orphaned: 'ended',
  remove: 'ended',
  rejected: 'rejected',
};

const signalNames: Readonly<Record<number, string>> = {
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};
const signalBase = 128;
const killed = 137;

/** Newest first, as they come. */
export function toTasks(rows: z.infer<typeof taskList>): readonly Task[] {
  return rows.map(({ containerId, state, currentState, error }) => {
    const [word = ''] = currentState.split(' ');
    const said = cleanError(error);
    return {
      id: containerId,
      phase: phases[word.toLowerCase()] ?? 'starting',
      isWanted: state === 'running' || state === 'ready',
      word,
      exitCode: exitCodeOf(word, said),
      error: said,
    };
  });
}

/** Whether something runs, or is about to. */
export function isLive(task: Task): boolean {
  return task.phase === 'running' || (task.phase === 'starting' && task.isWanted);
}

/** The state of the container the newest task stands for. */
export function toContainerState(task: Task, isOutOfMemory: boolean): ContainerState {
  if (isLive(task)) return { state: 'running', startedAt: null };
  const { exitCode } = task;
  if (isOutOfMemory) {
    return { state: 'stopped', exitCode, reason: 'It was ended because it used more memory than it may.' };
  }
  return { state: 'stopped', exitCode, reason: describeEnd(task) };
}

/** Whether it is worth to ask if memory was the reason: the code is that of any killed process. */
export function mayBeOutOfMemory(task: Task): boolean {
  return task.exitCode === killed;
}

function describeEnd({ exitCode, error }: Task): string | null {
  if (exitCode === null) return error;
  if (exitCode <= signalBase) return `It ended with exit code ${exitCode}.`;
  const signal = exitCode - signalBase;
  return `It was ended by ${signalNames[signal] ?? `signal ${signal}`} (exit code ${exitCode}).`;
}

function exitCodeOf(word: string, error: string | null): number | null {
  const code = /non-zero exit \((\d+)\)/.exec(error ?? '')?.[1];
  if (code !== undefined) return Number(code);
  return word.toLowerCase() === 'complete' ? 0 : null;
}

/** Comes with quotes around it; and the last line of Dokploy's table says «Error:» when there is none. */
function cleanError(error: string): string | null {
  const text = error
    .replace(/^Error:\s*/, '')
    .replace(/^"(.*)"$/s, '$1')
    .trim();
  return text === '' ? null : text;
}
