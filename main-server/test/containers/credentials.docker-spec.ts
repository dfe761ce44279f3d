import { afterAll, expect, it } from '@jest/globals';
import { buffer } from 'node:stream/consumers';
import type { SessionResponse } from '@codex-webapp/contracts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { describeWithDocker, docker, removeInstallation } from '../support/docker-world.ts';
import { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;
const canary = 'sk-canary-in-docker-8mQz';

await describeWithDocker('credentials in Docker', () => {
  let server: ServerProcess | null = null;
  let instanceId = '';

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    if (instanceId !== '') await removeInstallation(instanceId);
  }, minute);

  /** What a command in the container prints. */
  async function run(containerId: string, ...command: readonly string[]): Promise<string> {
    const exec = await docker
      .getContainer(containerId)
      .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
    return (await buffer(await exec.start({ Tty: true }))).toString('utf8');
  }

  async function findContainer(sessionId: string) {
    const filters = { label: [`${labels.session}=${sessionId}`] };
    const [container] = await docker.listContainers({ filters });
    instanceId = container?.Labels[labels.instance] ?? instanceId;
    return container;
  }

  it(
    'are in the memory of the container alone, and gone when it is killed',
    async () => {
      const running = (server = await ServerProcess.start({ provider: 'docker' }));
      const content = JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY: canary });
      await running.client.put('/api/credentials/codex/auth-file', { files: [{ content }] });
      const session = (await running.client.post('/api/sessions', { agent: 'codex' }))
        .body as SessionResponse;
      // Nobody answers codex, which keeps trying; what counts is what it was given.
      await running.client.post(`/api/sessions/${session.id}/messages`, { text: 'hello' });
      await waitFor(async () => (await findContainer(session.id)) !== undefined, 10 * minute);
      const { Id: id = '' } = (await findContainer(session.id)) ?? {};
      await waitFor(
        async () => (await run(id, 'cat', '/data/home/.codex/auth.json')).includes(canary),
        2 * minute,
      );

      const inspected = JSON.stringify(await docker.getContainer(id).inspect());
      const log = (await docker.getContainer(id).logs({ stdout: true, stderr: true })).toString();
      expect(inspected + log + running.output).not.toContain(canary);
      expect(await run(id, 'grep', '-rlI', 'canary-in-docker', '/data', '/tmp', '/var/tmp')).toBe('');
      expect(await run(id, 'stat', '-L', '-f', '-c', '%T', '/data/home/.codex/auth.json')).toMatch(/tmpfs/);

      await docker.getContainer(id).kill();
      const status = async () =>
        (await running.client.get(`/api/sessions/${session.id}/container/status`)).body.status as string;
      await waitFor(async () => (await status()) !== 'running', minute);
      await running.client.post(`/api/sessions/${session.id}/container/start`);
      await waitFor(async () => (await status()) === 'running', 2 * minute);
      const { Id: next = '' } = (await findContainer(session.id)) ?? {};
      expect(await run(next, 'find', '/dev/shm', '-type', 'f')).toBe('');
      expect(await run(next, 'find', '/data/home/.codex', '-name', 'auth.json')).toBe('');
    },
    15 * minute,
  );
});
