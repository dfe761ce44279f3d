import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { MessageResponse, SessionResponse } from '@codex-webapp/contracts';
import { type ScriptedModel, startScriptedModel } from '../../../tools/scripted-model/src/index.ts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { agentEnvironment } from '../support/agent-environment.ts';
import { findBridgeGateway } from '../support/agents-in-docker.ts';
import { ask } from '../support/ask.ts';
import { describeWithDocker, docker, removeInstallation } from '../support/docker-world.ts';
import { ServerProcess } from '../support/server-process.ts';

const minute = 60_000;
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const image = 'codex-webapp/slim-test';
/** Each is hundreds of megabytes from a registry of packages. */
const agents = [
  ['codex', 'Codex'],
  ['claude', 'Claude Code'],
  ['droid', 'Droid'],
].slice(0, process.env['TEST_FULL'] === '1' ? 3 : 1);

await describeWithDocker('an image without agents', () => {
  let model: ScriptedModel;
  let server: ServerProcess;
  let instanceId = '';

  beforeAll(async () => {
    execFileSync(
      'docker',
      ['build', '-q', '-f', 'container-agent/Dockerfile', '--build-arg', 'IMAGE_AGENTS=', '-t', image, '.'],
      { cwd: repository, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    model = await startScriptedModel({ host: await findBridgeGateway() });
    server = await ServerProcess.start({
      provider: 'docker',
      env: {
        ...agentEnvironment(model.url),
        CONTAINER_ALLOWED: new URL(model.url).host,
        CONTAINER_IMAGE: image,
      },
    });
  }, 15 * minute);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await model.close();
    if (instanceId !== '') await removeInstallation(instanceId);
    await docker.getImage(image).remove({ force: true });
  }, minute);

  const installations = ({ items }: MessageResponse): readonly string[] =>
    items.flatMap((item) =>
      item.type === 'notice' && item.text.startsWith('Installing') ? [item.text] : [],
    );

  it.each(agents)(
    'gets %s with the first message of a session, and keeps it on its volume',
    async (agent, name) => {
      const { body } = await server.client.post('/api/sessions', { agent });
      const { id } = body as SessionResponse;
      const first = await ask(server, id, 'say: It is here.');
      const [container] = await docker.listContainers({ filters: { label: [`${labels.session}=${id}`] } });
      instanceId = container?.Labels[labels.instance] ?? '';
      expect(first).toMatchObject({ outcome: 'completed', text: expect.stringContaining('It is here.') });
      expect(installations(first)).toEqual([`Installing ${name}; the first time takes a while.`]);

      await server.client.post(`/api/sessions/${id}/container/recreate`);
      const second = await ask(server, id, 'say: Still here.');
      expect(second).toMatchObject({ outcome: 'completed', text: expect.stringContaining('Still here.') });
      expect(installations(second)).toEqual([]);
      await server.client.delete(`/api/sessions/${id}`);
    },
    15 * minute,
  );
});
