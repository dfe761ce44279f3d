import { describe, expect, it } from '@jest/globals';
import type { ContainerCreateOptions } from 'dockerode';
import { toArchiveOptions, toCreateOptions, type ContainerTemplate } from './docker-template.ts';

const template: ContainerTemplate = {
  name: 'cw-1',
  image: 'image',
  network: 'network',
  routerAddress: '10.213.0.1',
  routerNames: ['host.docker.internal'],
  labels: {},
  limits: { memoryBytes: 2 ** 30, nanoCpus: 1e9, pidsLimit: 64 },
  runtime: null,
  mount: { Type: 'volume', Source: 'cw-1', Target: '/data' },
};
const spec = { sessionId: '1', generation: 1, environment: {} };

const makers: readonly (readonly [string, (given: ContainerTemplate) => ContainerCreateOptions])[] = [
  ['a session', (given) => toCreateOptions(spec, given)],
  ['an archive', (given) => toArchiveOptions({ ...given, volume: 'cw-1', command: ['tar', '-c'] })],
];

// The rest of what a session's container is made with stands in the golden file, beside a real engine.
describe('the template of containers', () => {
  it.each(makers)(
    'runs %s under the runtime that is configured, else under the one of the engine',
    (_what, make) => {
      expect(make({ ...template, runtime: 'runsc' }).HostConfig?.Runtime).toBe('runsc');
      expect(make(template).HostConfig).not.toHaveProperty('Runtime');
    },
  );

  it.each(makers)('gives %s none of the labels of Compose that its image may have', (_what, make) => {
    expect(make({ ...template, labels: { own: '1' } }).Labels).toMatchObject({
      own: '1',
      'com.docker.compose.project': '',
      'com.docker.compose.service': '',
    });
  });

  it('tells a session where its files are, and to listen for itself alone', () => {
    const { Env } = toCreateOptions(
      { ...spec, environment: { WORKSPACE_PATH: '/data/workspace' } },
      template,
    );
    expect(Env).toEqual([
      'AGENT_HOME=/data/home',
      'STATE_PATH=/data/state',
      'HOST=127.0.0.1',
      'PORT=3001',
      'WORKSPACE_PATH=/data/workspace',
    ]);
  });
});
