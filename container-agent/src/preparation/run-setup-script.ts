import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../storage/replace-file.ts';
import { StepFailure, type StepContext } from './preparation-step.ts';
import { runStepProgram } from './step-program.ts';

const timeoutMs = 30 * 60_000;

export interface ScriptOptions {
  readonly workspacePath: string;
  /** Where the script is kept while it runs: no place that anybody else writes to. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
}

/** Runs a script by bash in the workspace; what it leaves running is ended with it. @throws StepFailure */
export async function runSetupScript(
  script: string,
  { workspacePath, folder, env, marker }: ScriptOptions,
  { log, signal, onProgress }: StepContext,
): Promise<void> {
  const file = path.join(folder, 'setup-script.sh');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  replaceFile(file, script);
  const { exitCode, isTimedOut } = await runStepProgram({
    file: 'bash',
    // One stream for both, so that they stay in the order in which they were printed.
    args: ['-c', 'exec bash -- "$1" >&2', 'bash', file],
    cwd: workspacePath,
    env,
    marker,
    timeoutMs,
    signal,
    onLine: ({ text, isKept }) => {
      if (text.trim() !== '') onProgress(text.slice(0, 200), null);
      if (isKept) log.append(`${text}\n`);
    },
  });
  signal.throwIfAborted();
  if (isTimedOut) throw new StepFailure('The setup script took longer than half an hour.');
  if (exitCode === 0) return;
  const end = exitCode === null ? 'was ended by a signal' : `ended with code ${exitCode}`;
  throw new StepFailure(`The setup script ${end}.`);
}
