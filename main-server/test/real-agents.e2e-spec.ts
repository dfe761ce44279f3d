import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { findClaudeOnPath } from '../../container-agent/src/agents/claude/claude-binary.ts';
import { findCodexOnPath } from '../../container-agent/src/agents/codex/codex-binary.ts';
import { findDroidOnPath } from '../../container-agent/src/agents/droid/droid-binary.ts';
import { readProcessTable } from '../../container-agent/src/process/index.ts';
import { describeWith } from '../../container-agent/test/support/describe-with.ts';
import { commandOf, environmentOf } from '../../container-agent/test/support/running-programs.ts';
import { startScriptedModel, type ScriptedModel } from '../../tools/scripted-model/src/index.ts';
import { agentEnvironment } from './support/agent-environment.ts';
import { ask } from './support/ask.ts';
import { beginTurn } from './support/begin-turn.ts';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(240_000);

const agents = ['codex', 'claude', 'droid'] as const;
const path = process.env['PATH'];
const programs = {
  CODEX_BIN: process.env['CODEX_BIN'] ?? (await findCodexOnPath(path)),
  CLAUDE_BIN: process.env['CLAUDE_BIN'] ?? (await findClaudeOnPath(path)),
  DROID_BIN: process.env['DROID_BIN'] ?? (await findDroidOnPath(path)),
};
const describeWithAgents = describeWith(agents.join(', '), !Object.values(programs).includes(null));

/** From the answer to an interrupt until nothing that its turn has started is alive. */
const interruptMs = 2_000;

/** The server as a process, each session's container as another, the real agents in them. */
describeWithAgents('sessions with the real agents', () => {
  let model: ScriptedModel;
  let server: ServerProcess;

  beforeAll(async () => {
    model = await startScriptedModel();
    const binaries = Object.entries(programs).map(([name, file]) => [`AGENT_ENV_${name}`, file ?? '']);
    server = await ServerProcess.start({
      provider: 'process',
      env: { ...agentEnvironment(model.url), ...Object.fromEntries(binaries) },
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await model.close();
  });

  /** What the model was told for a prompt, as text. */
  async function toldFor(sessionId: string, text: string): Promise<string> {
    const before = model.requests.length;
    expect((await ask(server, sessionId, text)).outcome).toBe('completed');
    return JSON.stringify(model.requests.slice(before).map(({ body }) => body));
  }

  const switchTo = (sessionId: string, agent: string) =>
    server.client.patch(`/api/sessions/${sessionId}`, { agent });

  it.each([
    ['codex', 'claude'],
    ['claude', 'codex'],
    ['droid', 'claude'],
    ['codex', 'droid'],
  ])('tells the next agent what was said: %s, then %s, and back', async (first, second) => {
    const { id } = await server.addSession({ agent: first, permissionMode: 'full-auto' });
    await ask(server, id, 'say: The number is 4711.');
    expect((await switchTo(id, second)).status).toBe(200);
    const told = await toldFor(id, 'say: And the colour is teal.');
    expect(told.includes(`The agent ${first}:`)).toBe(true);
    expect(told.includes('The number is 4711.')).toBe(true);

    expect((await switchTo(id, first)).status).toBe(200);
    const back = await toldFor(id, 'say: Both.');
    expect(back.includes(`The agent ${second}:`)).toBe(true);
    expect(back.includes('the colour is teal.')).toBe(true);
    // That is in its own conversation, and not told again.
    expect(back.includes(`The agent ${first}:`)).toBe(false);
    expect(back.includes('The number is 4711.')).toBe(true);
  });

  it.each(agents)(
    '%s: nothing of a turn outlives its interrupt, and nothing at all a stop or a deletion',
    async (agent) => {
      const { id } = await server.addSession({ agent, permissionMode: 'full-auto' });
      const seconds = `8${Math.floor(Math.random() * 1e8)}`;
      const sleeps = ['sleep', 'setsid sleep', 'nohup sleep', 'env -i setsid sleep'].map(
        (how) => `${how} ${seconds}`,
      );
      const stubborn = `run: trap '' TERM INT HUP; ${sleeps.map((sleep) => `${sleep} >/dev/null 2>&1 &`).join(' ')} sleep ${seconds}; echo`;
      const listCommands = () => listWhere((pid) => commandOf(pid).includes(`sleep ${seconds}`));
      const listAll = () => listWhere((pid) => environmentOf(pid).includes(`CODEX_WEBAPP_SESSION=${id}\0`));
      const begin = async (): Promise<string> => {
        const turnId = await beginTurn(server, id, stubborn);
        await waitFor(() => listCommands().length > sleeps.length, 60_000);
        return turnId;
      };

      const turnId = await begin();
      const interrupted = await server.client.post(`/api/sessions/${id}/interrupt`, { turnId });
      expect(interrupted.status).toBe(204);
      await waitFor(() => listCommands().length === 0, interruptMs);
      expect(listAll().length).toBeGreaterThan(0);

      await begin();
      const stopped = await server.client.post(`/api/sessions/${id}/container/stop`);
      expect(stopped.status).toBeLessThan(300);
      expect([listCommands(), listAll()]).toEqual([[], []]);

      await begin();
      await server.client.delete(`/api/sessions/${id}`);
      await waitFor(() => listCommands().length === 0 && listAll().length === 0, 10_000);
    },
  );
});

function listWhere(isMeant: (pid: number) => boolean): readonly number[] {
  return readProcessTable().flatMap(({ pid }) => (isMeant(pid) ? [pid] : []));
}
