import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { processesOfSession } from '../../tools/processes/processes.mjs';
import { scriptedAgent } from './product-tree.mjs';

/** Containers of the provider `process`: container-agents on this machine, killed by signal. */
export class ProcessContainers {
  /** Where the containers find this machine. */
  host = '127.0.0.1';
  environment = { CONTAINER_PROVIDER: 'process' };
  #ledgerFolder;
  #recordFolder;
  #sessions = [];

  constructor({ folder }) {
    this.#recordFolder = path.join(folder, 'data', 'containers');
    this.#ledgerFolder = path.join(folder, 'ledger');
    mkdirSync(this.#ledgerFolder);
  }

  /** How a prompt calls the scripted agent. */
  get agent() {
    return [process.execPath, scriptedAgent, this.#ledgerFolder];
  }

  async prepare(sessions) {
    this.#sessions = sessions;
  }

  isRunning(sessionId) {
    return this.#findPid(sessionId) !== null;
  }

  /** Resolves with what was done to it; null when it had ended by itself. */
  async strike(sessionId) {
    const pid = this.#findPid(sessionId);
    return pid !== null && kill(pid) ? 'agentKills' : null;
  }

  /** The folders in which the scripted agents wrote down what they said. */
  async collectLedger() {
    return [this.#ledgerFolder];
  }

  /** Container-agents outlive main-server by design, so they are ended one by one. */
  async cleanUp() {
    for (const { id } of this.#sessions) for (const pid of processesOfSession(id)) kill(pid);
  }

  /** The pid of a session's container-agent; null when it does not run. */
  #findPid(sessionId) {
    try {
      const { pid } = JSON.parse(readFileSync(path.join(this.#recordFolder, `${sessionId}.json`), 'utf8'));
      if (pid === null) return null;
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return environment.includes(`SESSION_ID=${sessionId}`) ? pid : null;
    } catch {
      return null; // Not started yet, or just gone.
    }
  }
}

/** False when it had ended by itself since it was looked up. */
function kill(pid) {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
