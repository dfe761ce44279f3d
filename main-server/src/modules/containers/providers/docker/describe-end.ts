export interface EndedState {
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
  readonly Error: string;
  readonly Status: string;
}

const signalBase = 128;
const signalNames: Readonly<Record<number, string>> = {
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** Why a container does not run, for people. Null for one that never ran. */
export function describeEnd(state: EndedState): string | null {
  if (state.Error !== '') return `Docker could not start it: ${state.Error}`;
  if (state.OOMKilled) return 'It was ended because it used more memory than it may.';
  if (state.Status === 'created') return null;
  if (state.ExitCode <= signalBase) return `It ended with exit code ${state.ExitCode}.`;
  const signal = state.ExitCode - signalBase;
  return `It was ended by ${signalNames[signal] ?? `signal ${signal}`} (exit code ${state.ExitCode}).`;
}
