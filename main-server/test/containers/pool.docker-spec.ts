import { afterAll, expect, it } from '@jest/globals';
import type { SessionResponse } from '@codex-webapp/contracts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { describeWithDocker, docker, removeInstallation } from '../support/docker-world.ts';
import { ServerProcess } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;

await describeWithDocker('the pool in Docker', () => {
  let server: ServerProcess | null = null;
  let instanceId = '';

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    if (instanceId !== '') await removeInstallation(instanceId);
  }, minute);

  /** What there is of the installation's sessions but of `except`. */
  async function others(except: readonly string[]): Promise<readonly string[]> {
    const filters = { label: [`${labels.instance}=${instanceId}`, labels.session] };
    const containers = await docker.listContainers({ all: true, filters });
    const { Volumes: volumes } = await docker.listVolumes({ filters });
    const ids = [...containers, ...volumes].map(({ Labels: found }) => found[labels.session] ?? '');
    return [...new Set(ids)].filter((id) => !except.includes(id));
  }

  async function whenOneWaits(running: ServerProcess): Promise<void> {
    await waitFor(async () => {
      const { text } = await running.client.get('/metrics');
      return text.includes('codex_webapp_pooled_sessions{container_status="running"} 1');
    }, 10 * minute);
  }

  it(
    'gives a container that runs to a new session, and replaces one that was killed, volume included',
    async () => {
      const running = (server = await ServerProcess.start({
        provider: 'docker',
        env: { CONTAINER_POOL_SIZE: '1' },
      }));
      await whenOneWaits(running);
      const claimed = (await running.client.post('/api/sessions', { agent: 'shell' }))
        .body as SessionResponse;
      expect(claimed).toMatchObject({ provider: 'docker', containerStatus: 'running', status: 'idle' });
      const [container] = await docker.listContainers({
        filters: { label: [`${labels.session}=${claimed.id}`] },
      });
      instanceId = container?.Labels[labels.instance] ?? '';
      const { Config: config } = await docker.getContainer(container?.Id ?? '').inspect();
      expect(
        config.Env.filter((line) => /admin|title|shell/i.test(line) && !/^(PATH|SHELL)=/.test(line)),
      ).toEqual([]);
      const answered = await running.client.post(`/api/sessions/${claimed.id}/messages?wait=60`, {
        text: 'echo from the pool',
      });
      expect(JSON.stringify(answered.body)).toContain('from the pool');

      await whenOneWaits(running);
      const [waiting = ''] = await others([claimed.id]);
      const [doomed] = await docker.listContainers({ filters: { label: [`${labels.session}=${waiting}`] } });
      await docker.getContainer(doomed?.Id ?? '').kill();
      await waitFor(async () => {
        const left = await others([claimed.id]);
        return left.length === 1 && left[0] !== waiting;
      }, 2 * minute);
      await whenOneWaits(running);
      expect((await running.client.delete(`/api/sessions/${claimed.id}`)).status).toBe(204);
      await waitFor(async () => (await others([])).length === 1, minute);
    },
    15 * minute,
  );
});
