import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { builtInAgents, type SessionOptionsResponse } from '@codex-webapp/contracts';
import { DataSource } from 'typeorm';
import { ask } from './support/ask.ts';
import { ServerProcess } from './support/server-process.ts';

const scriptedAgent = new URL('../../container-agent/test/support/scripted-acp-agent.mjs', import.meta.url);
/** Another id each time: no source can know it. */
const agent = {
  id: `agent-${randomBytes(6).toString('hex')}`,
  name: 'An agent of our own',
  description: 'Does what the prompt says.',
};
const greeting = `as the entry says: ${randomBytes(6).toString('hex')}`;
const entry = {
  ...agent,
  command: process.execPath,
  args: [fileURLToPath(scriptedAgent)],
  env: { AGENT_GREETING: greeting, LANG: 'of.the.entry' },
};

async function listAgents(server: ServerProcess): Promise<SessionOptionsResponse['agents']> {
  const { body } = await server.client.get('/api/sessions/options');
  return (body as SessionOptionsResponse).agents;
}

/** From the database file itself, beside the running server. */
async function readStoredMessages(server: ServerProcess, sessionId: string): Promise<readonly unknown[]> {
  const database = await new DataSource({ type: 'sqlite', database: server.databasePath }).initialize();
  try {
    return await database.query('SELECT role, agent, text FROM messages WHERE session_id = ?', [sessionId]);
  } finally {
    await database.destroy();
  }
}

/** The built programs: the server, and the session's container as another process. */
describe('AGENT_ENV_ACP_AGENTS', () => {
  it('is all that an agent needs that nobody here has heard of: it is offered, asked, and its answer kept', async () => {
    await using server = await ServerProcess.start({
      provider: 'process',
      env: { AGENT_ENV_ACP_AGENTS: JSON.stringify([entry]) },
    });
    expect(await listAgents(server)).toEqual([...builtInAgents, agent]);

    const session = await server.addSession({ agent: agent.id, permissionMode: 'full-auto' });
    expect(session).toMatchObject({ agent: agent.id });
    const text = `Here speaks ${agent.id}.`;
    const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
    const answer = await ask(server, session.id, JSON.stringify({ update }));
    expect(answer).toMatchObject({ agent: agent.id, outcome: 'completed', text });

    const told = ['AGENT_GREETING', 'LANG'].map((tell) => JSON.stringify({ tell }));
    expect((await ask(server, session.id, ...told)).text).toBe(`"${greeting}""of.the.entry"`);

    expect(await readStoredMessages(server, session.id)).toContainEqual({
      role: 'assistant',
      agent: agent.id,
      text,
    });
  });

  it('is none where it is empty, as a file of variables may have it', async () => {
    await using server = await ServerProcess.start({
      provider: 'process',
      env: { AGENT_ENV_ACP_AGENTS: '' },
    });
    expect(await listAgents(server)).toEqual(builtInAgents);
    const { id } = await server.addSession({ agent: 'shell', permissionMode: 'full-auto' });
    expect((await ask(server, id, 'echo works')).items).toMatchObject([{ output: 'works\n' }]);
  });
});
