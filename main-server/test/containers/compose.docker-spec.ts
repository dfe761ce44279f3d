import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ContainerResponse, SessionResponse } from '@codex-webapp/contracts';
import type { ContainerInspectInfo } from 'dockerode';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { describeWith } from '../../../container-agent/test/support/describe-with.ts';
import { ask } from '../support/ask.ts';
import { ComposeStack, findCompose } from '../support/compose-stack.ts';
import { describeWithDocker, docker, runInside } from '../support/docker-world.ts';
import { probeFrom, succeededIn, type Place } from '../support/isolation-probes.ts';
import { cookieOf, makeFirstAdmin, setupLink } from '../support/server-process.ts';
import { TestClient } from '../support/test-client.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;
const socket = '/var/run/docker.sock';
const admin = { username: 'admin', password: 'correct horse battery staple' };
const compose = findCompose();

/** A port at each address that a container of the stack has. */
function nameAll(
  name: string,
  container: ContainerInspectInfo | undefined,
  port: number,
): Readonly<Record<string, Place>> {
  const addresses = Object.values(container?.NetworkSettings.Networks ?? {}).map(
    ({ IPAddress }) => IPAddress,
  );
  return Object.fromEntries(
    addresses.map((address): [string, Place] => [`${name} at ${address}`, [address, port]]),
  );
}

const describeWithCompose = describeWith(
  'Compose',
  compose !== null,
  'Debian: apt-get install docker-compose.',
);

/** As the README says it: up with no step before it, an admin, a session, an answer, down and up again, and nothing left. */
await describeWithDocker('the compose stack', () => {
  describeWithCompose('of docker-compose.yml, as it runs', () => {
    let stack: ComposeStack;
    let client: TestClient;
    let session: SessionResponse;
    let instanceId: string;

    const printedBy = async (command: string): Promise<string> => {
      const { items } = await ask({ client }, session.id, command);
      return items.map((item) => ('output' in item ? item.output : '')).join('');
    };
    const findSession = async () => {
      const filters = { label: [`${labels.session}=${session.id}`] };
      const [found] = await docker.listContainers({ all: true, filters });
      return found;
    };

    beforeAll(async () => {
      stack = await ComposeStack.make(compose!);
      await stack.up(5 * minute);
    }, 30 * minute);
    afterAll(() => stack.dispose(), 5 * minute);

    it('says of every service that stays that it is healthy, and the one that only builds has ended well', async () => {
      const { 'container-agent-image': built, ...staying } = await stack.inspect();
      const healths = Object.entries(staying).map(([name, { State }]) => [name, State.Health?.Status]);
      expect(Object.fromEntries(healths)).toEqual({
        'main-server': 'healthy',
        provisioner: 'healthy',
        web: 'healthy',
      });
      expect(built?.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
      expect((await stack.anonymous.get('/health/ready')).body).toEqual({ status: 'ok' });
    });

    it("has the engine's socket in the provisioner alone, one port on loopback, and nothing privileged", async () => {
      const containers = Object.entries(await stack.inspect());
      const holders = containers.filter(([, { Mounts }]) => Mounts.some(({ Source }) => Source === socket));
      expect(holders.map(([name]) => name)).toEqual(['provisioner']);
      const bound = containers.flatMap(([name, { Mounts }]) =>
        Mounts.filter(({ Type }) => Type === 'bind').map(({ Source }) => `${name} ${Source}`),
      );
      expect(bound).toEqual([`provisioner ${socket}`]);
      const published = containers.flatMap(([, { HostConfig }]) =>
        Object.entries(HostConfig.PortBindings ?? {}),
      );
      expect(published).toEqual([['3000/tcp', [{ HostIp: '127.0.0.1', HostPort: String(stack.port) }]]]);
      expect(containers.filter(([, { HostConfig }]) => HostConfig.Privileged)).toEqual([]);
      const restarts = containers.map(([name, { HostConfig }]) => [name, HostConfig.RestartPolicy?.Name]);
      expect(Object.fromEntries(restarts)).toEqual({
        'container-agent-image': 'no',
        'main-server': 'unless-stopped',
        provisioner: 'unless-stopped',
        web: 'unless-stopped',
      });
    });

    it('shows the pages, and makes the first admin by the link of its log', async () => {
      const page = await stack.anonymous.with({ accept: 'text/html' }).get('/login');
      expect([page.status, page.text]).toEqual([200, expect.stringContaining('Codex WebApp')]);
      const output = await stack.run('logs', '--no-color', 'main-server');
      expect(output).toMatch(new RegExp(`http://localhost:${stack.port}${setupLink.source}`));
      await makeFirstAdmin(stack.anonymous, output, admin);
      const { status, headers } = await stack.anonymous.post('/api/auth/login', admin);
      expect(status).toBe(200);
      client = stack.anonymous.with({ cookie: cookieOf(headers) });
    });

    it(
      'runs a session in a container of its own, which answers and sees nothing of the stack',
      async () => {
        const created = await client.post('/api/sessions', { agent: 'shell' });
        expect([created.status, created.body]).toEqual([201, expect.objectContaining({ agent: 'shell' })]);
        session = created.body as SessionResponse;
        expect(
          await printedBy('echo hello | tee kept.txt; id -un; ls /var/run/docker.sock /data/chat.db'),
        ).toMatch(/^hello\nnode\nls: cannot access .*docker.sock.*\nls: cannot access .*chat.db/);
        const status = await client.get(`/api/sessions/${session.id}/container/status`);
        const { steps } = status.body as ContainerResponse;
        expect(steps.map(({ name, state, tookMs }) => [name, state, tookMs !== null])).toEqual(
          ['image', 'volume', 'network', 'create', 'start', 'connect'].map((name) => [name, 'done', true]),
        );
        const container = await findSession();
        instanceId = container?.Labels[labels.instance] ?? '';
        expect(container?.Mounts).toMatchObject([{ Type: 'volume', Destination: '/data' }]);
        expect(container?.Ports.filter(({ PublicPort }) => PublicPort !== undefined)).toEqual([]);
      },
      3 * minute,
    );

    it(
      'reaches main-server’s listener for containers from the session, and nothing else of the stack or the machine',
      async () => {
        const { 'main-server': main, web, provisioner } = await stack.inspect();
        const gateways = Object.values(main?.NetworkSettings.Networks ?? {}).map(({ Gateway }) => Gateway);
        const tcp: Record<string, Place> = {
          ...nameAll('main-server’s pages', main, 3000),
          ...nameAll('main-server’s listener, past the router', main, 3010),
          ...nameAll('the web UI', web, 3000),
          ...Object.fromEntries(
            gateways
              .filter((gateway) => gateway !== '')
              .map((gateway): [string, Place] => [`the published port at ${gateway}`, [gateway, stack.port]]),
          ),
          'main-server’s pages, by its name': ['main-server', 3000],
          'the web UI, by its name': ['web', 3000],
          'the engine at main-server’s address': ['main-server', 2375],
          metadata: ['169.254.169.254', 80],
        };
        expect(Object.keys(tcp).length).toBeGreaterThanOrEqual(9);
        expect(provisioner?.HostConfig.NetworkMode).toBe('none');
        const { Id: id } = (await findSession())!;
        const names = { 'the name of the web UI': 'web', 'the name of the provisioner': 'provisioner' };
        const answers = await probeFrom(id, {
          tcp,
          names,
          only: [...Object.keys(tcp), ...Object.keys(names)],
        });
        expect(succeededIn(answers)).toEqual({});
        const listener = { 'the listener': ['main-server', 3010] as const };
        expect(await probeFrom(id, { tcp: listener, only: ['the listener'] })).toMatchObject({
          'the listener': { succeeded: true },
        });
        // They are there to be found: main-server itself, which stands in the networks of the stack, finds them.
        const present = Object.entries(tcp).filter(
          ([name]) => / at [\d.]+$/.test(name) && !name.includes('published'),
        );
        expect(present.length).toBeGreaterThanOrEqual(5);
        for (const [name, [host, port]] of present) {
          const connect = `require('node:net').connect(${port}, '${host}', () => { console.log('reached'); process.exit(); })`;
          expect([name, await runInside(main?.Id ?? '', ['node', '-e', connect])]).toEqual([
            name,
            expect.stringContaining('reached'),
          ]);
        }
      },
      3 * minute,
    );

    it(
      'goes down with the session running, and is what it was when it is up again',
      async () => {
        const before = await findSession();
        await stack.run('down', '--remove-orphans');
        expect(await stack.inspect()).toEqual({});
        expect(await findSession()).toMatchObject({ Id: before?.Id, State: 'running' });
        await stack.up(2 * minute);
        expect(await printedBy('cat kept.txt')).toBe('hello\n');
        expect(await findSession()).toMatchObject({ Id: before?.Id });
        const { body } = await client.get(`/api/sessions/${session.id}/messages`);
        const texts = (body as { messages: readonly { text: string }[] }).messages.map(({ text }) => text);
        expect(texts).toEqual(
          expect.arrayContaining([expect.stringContaining('echo hello'), 'cat kept.txt']),
        );
      },
      5 * minute,
    );

    it(
      'leaves nothing once its sessions are deleted, their router is removed and it is taken down with its volumes',
      async () => {
        expect((await client.delete(`/api/sessions/${session.id}`)).status).toBe(204);
        await waitFor(async () => (await findSession()) === undefined, minute);
        const router = await docker.listContainers({
          all: true,
          filters: { label: [`${labels.instance}=${instanceId}`] },
        });
        expect(router.map(({ Labels }) => Labels[labels.role])).toEqual(['router']);
        await docker.getContainer(router[0]?.Id ?? '').remove({ force: true });
        // As the README has it: the network of the router stays behind it.
        const filters = { label: [`${labels.instance}=${instanceId}`] };
        for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
        await stack.run('down', '--volumes');
        expect(await stack.listLeft(instanceId)).toEqual([]);
      },
      3 * minute,
    );
  });
});
