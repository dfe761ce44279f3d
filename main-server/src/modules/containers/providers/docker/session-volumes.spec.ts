import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Docker from 'dockerode';
import { dockerOptions } from '../../../../../test/support/docker-world.ts';
import { ScriptedEngine } from '../../../../../test/support/scripted-engine.ts';
import { DockerNames } from './docker-names.ts';
import { DockerContainerProvider } from './docker.provider.ts';

describe('the volume of a session', () => {
  let engine: ScriptedEngine;
  let provider: DockerContainerProvider;
  let names: DockerNames;
  const sessionId = randomUUID();
  const start = () => provider.start({ sessionId, generation: 1, environment: {} });

  beforeEach(async () => {
    engine = new ScriptedEngine(() => false);
    const options = dockerOptions();
    names = new DockerNames(options.instanceId);
    provider = new DockerContainerProvider(
      new Docker({ host: '127.0.0.1', port: await engine.listen() }),
      options,
    );
  });
  afterEach(() => engine.close());

  it('is used again with what it holds when it is ours', async () => {
    engine.volumes.set(names.ofSession(sessionId), names.labelsOf(sessionId));
    await start();
    expect([...engine.volumes.keys()]).toEqual([names.ofSession(sessionId)]);
  });

  it('is refused when something else has its name, and left alone', async () => {
    engine.volumes.set(names.ofSession(sessionId), { 'com.docker.compose.project': 'backup' });
    await expect(start()).rejects.toMatchObject({
      reason: 'rejected',
      message: expect.stringContaining('belongs to something else'),
    });
    await provider.removeData(sessionId);
    expect([...engine.volumes.keys()]).toEqual([names.ofSession(sessionId)]);
  });
});
