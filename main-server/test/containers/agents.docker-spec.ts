import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import type { MessageItem, PromptResponse, SessionResponse } from '@codex-webapp/contracts';
import { type ScriptedModel, startScriptedModel } from '../../../tools/scripted-model/src/index.ts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { agentEnvironment, findBridgeGateway } from '../support/agents-in-docker.ts';
import { ask } from '../support/ask.ts';
import { describeWithDocker, docker, removeInstallation } from '../support/docker-world.ts';
import { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;
/** In the image; the others are installed by the first message that wants them. */
const agents = ['codex', 'claude', 'droid'] as const;
const isLong = process.env['TEST_FULL'] === '1';

await describeWithDocker('agents in the real image, under its real limits', () => {
  let model: ScriptedModel;
  let server: ServerProcess;
  let instanceId = '';

  beforeAll(async () => {
    model = await startScriptedModel({ host: await findBridgeGateway() });
    server = await ServerProcess.start({
      provider: 'docker',
      env: { ...agentEnvironment(model.url), CONTAINER_ALLOWED: new URL(model.url).host },
    });
  }, 5 * minute);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await model.close();
    if (instanceId !== '') await removeInstallation(instanceId);
  }, minute);

  async function findContainer(sessionId: string): Promise<string | null> {
    const filters = { label: [`${labels.session}=${sessionId}`] };
    const [container] = await docker.listContainers({ filters });
    instanceId = container?.Labels[labels.instance] ?? instanceId;
    return container?.Id ?? null;
  }

  async function run(sessionId: string, command: string): Promise<string> {
    const answer = await ask(server, sessionId, `run: ${command}`);
    // Some agents leave out the last line break.
    return answer.items.map(outputOf).join('').trimEnd();
  }

  /** Begins a command that does not end by itself; gives its turn. */
  async function runForever(sessionId: string, command: string): Promise<string> {
    const { body } = await server.client.post(`/api/sessions/${sessionId}/messages`, {
      text: `run: ${command}`,
    });
    const { id } = body as PromptResponse;
    let turnId: string | null = null;
    await waitFor(async () => {
      const prompt = await server.client.get(`/api/sessions/${sessionId}/prompts/${id}`);
      const { status, turnId: known } = prompt.body as PromptResponse;
      turnId = status === 'started' ? known : null;
      return turnId !== null;
    }, 2 * minute);
    return turnId ?? '';
  }

  it.each(agents)(
    '%s: one conversation, through another container, and nothing of it left alive',
    async (agent) => {
      const created = await server.client.post('/api/sessions', { agent, permissionMode: 'full-auto' });
      const { id } = created.body as SessionResponse;

      const identity = await run(id, 'id -un; pwd; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status');
      expect(identity).toMatch(/node\n\/data\/workspace\nCapEff:\s+0{16}\nNoNewPrivs:\s+1/);
      await ask(
        server,
        id,
        'think: I make a file first',
        'write: notes.txt <<< first line',
        'say: It is made.',
      );
      await ask(server, id, 'edit: notes.txt | first line | changed line', 'say: It is changed.');
      expect(await run(id, 'cat notes.txt')).toBe('changed line');
      for (let round = 0; round < (isLong ? 30 : 2); round += 1) {
        const answer = await ask(server, id, 'stream: 200 tokens every 1 ms', `say: Round ${round}.`);
        expect(answer.text).toContain('t199 t200');
        expect(answer.text).toContain(`Round ${round}.`);
      }

      const before = await findContainer(id);
      await server.client.post(`/api/sessions/${id}/container/recreate`);
      expect((await ask(server, id, 'say: Here I am again.')).text).toContain('Here I am again.');
      expect(await findContainer(id)).not.toBe(before);
      // It goes on in its own conversation, and not in a new one.
      expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('It is changed.');
      expect(await run(id, 'cat notes.txt')).toBe('changed line');

      const marker = `9${Math.floor(Math.random() * 1e8)}`;
      const stubborn = `sh -c "trap '' TERM INT HUP; sleep ${marker} & setsid sleep ${marker} & sleep ${marker}; sleep ${marker}"`;
      const turnId = await runForever(id, stubborn);
      await waitFor(() => countRunning(marker) >= 3, minute);
      await server.client.post(`/api/sessions/${id}/interrupt`, { turnId });
      await waitFor(() => countRunning(marker) === 0, minute);

      await runForever(id, stubborn);
      await waitFor(() => countRunning(marker) >= 3, minute);
      await server.client.post(`/api/sessions/${id}/container/stop`);
      expect(countRunning(marker)).toBe(0);
      expect(await findContainer(id)).toBeNull();

      await runForever(id, stubborn);
      await waitFor(() => countRunning(marker) >= 3, 2 * minute);
      await server.client.delete(`/api/sessions/${id}`);
      await waitFor(async () => (await findContainer(id)) === null, minute);
      expect(countRunning(marker)).toBe(0);
    },
    (isLong ? 30 : 20) * minute,
  );
});

function outputOf(item: MessageItem): string {
  return item.type === 'tool' ? (item.output ?? '') : '';
}

/** As the machine itself sees them, in whatever container they are. */
function countRunning(seconds: string): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandOf(name) === `sleep ${seconds}`)
    .length;
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // Gone meanwhile.
  }
}
