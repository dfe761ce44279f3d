import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
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
    for (const pid of processesOf(this.#sessions)) kill(pid);
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

/** The processes that were started with one of these sessions in their environment. */
function processesOf(sessions) {
  const marks = new Set(sessions.map(({ id }) => `SESSION_ID=${id}`));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8')
          .split('\0')
          .some((one) => marks.has(one));
      } catch {
        return false; // It ended since the listing, or is not ours to read.
      }
    })
    .map(Number);
}

/** False when it had ended by itself since it was looked up. */
function kill(pid) {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
