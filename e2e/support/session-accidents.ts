import { waitFor, type ApiClient } from './api-client.ts';
import { killAgent, processesOfSession } from './processes.ts';
import { waitForSession, type Session } from './wait-for-session.ts';

/** Ends the agent program while it asks, and answers what it had asked. */
export async function loseAgent(session: Session, api: ApiClient): Promise<{ id: string; optionId: string }> {
  await waitForSession(api, session.id, { status: 'needs-you' });
  const { requests } = await api.ask<{ requests: { id: string; options: { optionId: string }[] }[] }>(
    'GET',
    `/sessions/${session.id}/requests`,
  );
  const [request] = requests;
  const [option] = request?.options ?? [];
  if (request === undefined || option === undefined) throw new Error('The agent asks nothing');
  killAgent(session.id);
  await waitForSession(api, session.id, { status: 'idle' });
  return { id: request.id, optionId: option.optionId };
}

/** A start that is killed is tried once more. */
export async function failStart(session: Session, api: ApiClient): Promise<void> {
  await waitFor('the failure of the session', async () => {
    for (const pid of processesOfSession(session.id)) process.kill(pid, 'SIGKILL');
    return (await api.ask<Session>('GET', `/sessions/${session.id}`)).status === 'failed';
  });
}

export async function holdStart(sessionId: string, signal: NodeJS.Signals): Promise<void> {
  const pids = await waitFor('the process of the session', async () => {
    const found = processesOfSession(sessionId);
    return found.length > 0 ? found : null;
  });
  for (const pid of pids) process.kill(pid, signal);
}
