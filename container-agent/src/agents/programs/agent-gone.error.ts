import type { ProcessExit } from '../../process/index.ts';

/** The program of an agent ended, or was ended. */
export class AgentGoneError extends Error {
  /** `flaw` is why it was ended, where it was. */
  constructor(agentName: string, exit: ProcessExit, flaw: string | null = null) {
    super(`${agentName} ended (${flaw ?? exit.signal ?? `exit code ${exit.code}`})`);
    this.name = 'AgentGoneError';
  }
}
