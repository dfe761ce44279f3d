import { findUnreportedEnd } from './database.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

/** Waits until nothing is left to do. What still is after the deadline is given as violations. */
export async function becomeQuiet({ server, workloads }, deadlineMs) {
  let stuck = [];
  const look = async () => {
    stuck = [];
    for (const workload of workloads) stuck.push(...(await listOpen(server, workload)));
    return stuck.length === 0;
  };
  try {
    await waitFor('quiet', look, { timeoutMs: deadlineMs, everyMs: 500 });
    return [];
  } catch {
    return stuck.map((details) => ({
      kind: 'lost',
      what: 'everything comes to an end once it is calm',
      ...details,
    }));
  }
}

async function listOpen(server, { session, clients }) {
  const { prompts, isPaused } = await server.api('GET', `/api/sessions/${session.id}/prompts`);
  // An interrupt pauses the queue, and its user may have gone since.
  if (isPaused) clients[0].send({ type: 'queue.resume', frameId: 'last' });
  const openPrompts = prompts.map(({ id, status }) => ({ promptId: id, status, isPaused }));
  // Its container is started again for what it has not handed over.
  const unreported = await findUnreportedEnd(server.databasePath, session.id);
  const openTurns = unreported === null ? [] : [{ turnId: unreported, status: 'its end is not reported' }];
  const openClients = clients
    .filter(({ state, isOpen }) => !isOpen || state.openTurns.length > 0 || state.prompts.length > 0)
    .map(({ name, isOpen }) => ({ client: name, isOpen }));
  return [...openPrompts, ...openTurns, ...openClients];
}
