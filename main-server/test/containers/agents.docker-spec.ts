import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import type { MessageItem, SessionResponse } from '@codex-webapp/contracts';
import { type ScriptedModel, startScriptedModel } from '../../../tools/scripted-model/src/index.ts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { agentEnvironment } from '../support/agent-environment.ts';
import { acpAgentEnvironment, findBridgeGateway } from '../support/agents-in-docker.ts';
import { ask } from '../support/ask.ts';
import { beginTurn } from '../support/begin-turn.ts';
import { describeWithDocker, docker, removeInstallation, runInside } from '../support/docker-world.ts';
import { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;
/** From the answer to an interrupt until nothing that its turn has started is alive. */
const interruptMs = 2_000;
const isLong = process.env['TEST_FULL'] === '1';
/** In the image. */
const inImage = ['codex', 'claude', 'droid'] as const;
/** Installed by the first message that wants them, from a registry of packages: too long for every run. */
const installed = ['qwen', 'opencode', 'gemini'] as const;
const agents: readonly string[] = isLong ? [...inImage, ...installed] : inImage;

await describeWithDocker('agents in the real image, under its real limits', () => {
  let model: ScriptedModel;
  let server: ServerProcess;
  let instanceId = '';

  beforeAll(async () => {
    model = await startScriptedModel({ host: await findBridgeGateway() });
    server = await ServerProcess.start({
      provider: 'docker',
      env: {
        ...agentEnvironment(model.url),
        ...acpAgentEnvironment(model.url),
        CONTAINER_ALLOWED: new URL(model.url).host,
      },
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

  async function run(agent: string, sessionId: string, command: string): Promise<string> {
    // Gemini tells nothing of what a command prints.
    const isTold = agent !== 'gemini';
    const answer = await ask(server, sessionId, `run: ${isTold ? command : `(${command}) > said.txt`}`);
    const container = (await findContainer(sessionId)) ?? '';
    const output = isTold
      ? answer.items.map(outputOf).join('')
      : await runInside(container, ['cat', '/data/workspace/said.txt']);
    // Some agents leave out the last line break.
    return output.replaceAll('\r', '').trimEnd();
  }

  it.each(agents)(
    '%s: one conversation, through another container, and nothing of it left alive',
    async (agent) => {
      const created = await server.client.post('/api/sessions', { agent, permissionMode: 'full-auto' });
      const { id } = created.body as SessionResponse;

      const identity = await run(agent, id, 'id -un; pwd; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status');
      expect(identity).toMatch(/node\n\/data\/workspace\nCapEff:\s+0{16}\nNoNewPrivs:\s+1/);
      await ask(
        server,
        id,
        'think: I make a file first',
        'write: notes.txt <<< first line',
        'say: It is made.',
      );
      await ask(server, id, 'edit: notes.txt | first line | changed line', 'say: It is changed.');
      expect(await run(agent, id, 'cat notes.txt')).toMatch(/changed line$/);
      for (let round = 0; round < (isLong ? 30 : 2); round += 1) {
        const answer = await ask(server, id, 'stream: 200 tokens every 1 ms', `say: Round ${round}.`);
        expect(answer.text).toContain('t199 t200');
        expect(answer.text).toContain(`Round ${round}.`);
      }

      // It loses a conversation that it loads in the minute in which it began it.
      const minuteBefore = new Date().getMinutes();
      if (agent === 'gemini') await waitFor(() => new Date().getMinutes() !== minuteBefore, 2 * minute);
      const before = await findContainer(id);
      await server.client.post(`/api/sessions/${id}/container/recreate`);
      expect((await ask(server, id, 'say: Here I am again.')).text).toContain('Here I am again.');
      expect(await findContainer(id)).not.toBe(before);
      // It goes on in its own conversation, and not in a new one.
      // Some agents ask for a title beside it.
      const asked = model.requests.slice(-3).map(({ body }) => JSON.stringify(body));
      expect(asked.filter((body) => body.includes('It is changed.'))).not.toEqual([]);
      expect(await run(agent, id, 'cat notes.txt')).toMatch(/changed line$/);

      const marker = `9${Math.floor(Math.random() * 1e8)}`;
      const stubborn = `sh -c "trap '' TERM INT HUP; sleep ${marker} & setsid sleep ${marker} & sleep ${marker}; sleep ${marker}"`;
      const turnId = await beginTurn(server, id, `run: ${stubborn}`);
      await waitFor(() => countRunning(marker) >= 3, minute);
      await server.client.post(`/api/sessions/${id}/interrupt`, { turnId });
      await waitFor(() => countRunning(marker) === 0, interruptMs);

      await beginTurn(server, id, `run: ${stubborn}`);
      await waitFor(() => countRunning(marker) >= 3, minute);
      await server.client.post(`/api/sessions/${id}/container/stop`);
      expect(countRunning(marker)).toBe(0);
      expect(await findContainer(id)).toBeNull();

      await beginTurn(server, id, `run: ${stubborn}`);
      await waitFor(() => countRunning(marker) >= 3, 2 * minute);
      await server.client.delete(`/api/sessions/${id}`);
      await waitFor(async () => (await findContainer(id)) === null, minute);
      expect(countRunning(marker)).toBe(0);
    },
    (isLong ? 30 : 20) * minute,
  );

  it(
    'shell: git logs in where the session has a token, and nowhere else',
    async () => {
      const variables = [
        { name: 'GITHUB_TOKEN', value: 'of-github', isSecret: true },
        { name: 'GIT_TOKENS', value: 'git.example.org=ada:of-example', isSecret: true },
      ];
      const { body } = await server.client.post('/api/sessions', { agent: 'shell' });
      const { id } = body as SessionResponse;
      expect((await server.client.put(`/api/sessions/${id}/environment`, { variables })).status).toBe(200);
      const script = ['github.com', 'git.example.org', 'example.org']
        .map(
          (host) =>
            `printf 'protocol=https\\nhost=${host}\\n\\n' | GIT_TERMINAL_PROMPT=0 git credential fill`,
        )
        .join('; ');
      const { items } = await ask(server, id, `{ ${script}; } 2>&1 | grep -E '^(username|password|fatal)'`);
      expect(items.map(outputOf).join('').replaceAll('\r', '').trim().split('\n')).toEqual([
        'username=x-access-token',
        'password=of-github',
        'username=ada',
        'password=of-example',
        expect.stringMatching(/^fatal: could not read Username/),
      ]);
      expect(await findContainer(id)).not.toBeNull();
      await server.client.delete(`/api/sessions/${id}`);
    },
    5 * minute,
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
