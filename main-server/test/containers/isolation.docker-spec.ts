import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ContainerRef } from '../../src/modules/containers/providers/container-provider.ts';
import {
  buildTestImage,
  containerPort,
  describeWithDocker,
  docker,
  makeDockerWorld,
  runInside,
  testImage,
  type DockerWorld,
} from '../support/docker-world.ts';
import { testProgram } from '../support/provider-test-program.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;
const program = readFileSync(new URL('../support/isolation-probes.py', import.meta.url), 'utf8');

type Place = readonly [host: string, port: number];
interface Targets {
  readonly tcp?: Readonly<Record<string, Place>>;
  readonly udp?: Readonly<Record<string, Place>>;
  readonly names?: Readonly<Record<string, string>>;
  readonly only?: readonly string[];
}
type Answers = Readonly<Record<string, { readonly succeeded: boolean; readonly met: string }>>;

async function tryAll(containerId: string, targets: Targets): Promise<Answers> {
  const output = await runInside(containerId, ['python3', '-c', program, JSON.stringify(targets)]);
  const json = output.slice(output.indexOf('{'));
  if (json === '') throw new Error(`The probes printed no answer: ${output}`);
  return JSON.parse(json) as Answers;
}

function succeededIn(answers: Answers): Readonly<Record<string, string>> {
  const list = Object.entries(answers).filter(([, { succeeded }]) => succeeded);
  return Object.fromEntries(list.map(([name, { met }]) => [name, met]));
}

/** What a container that nobody hardened may do: with these the probes are known to find what there is to find. */
const foundWithoutGuard = [
  'has a capability',
  'becomes root',
  'opens a raw socket',
  'opens a packet socket',
  'changes its address',
  'mounts a file system',
  'makes a user namespace',
  'makes a mount namespace',
  'makes a network namespace',
  'makes a process namespace',
  'changes its root',
  'renames the machine',
  'sets the clock',
  'loads a program into the kernel (bpf)',
  "uses the kernel's keys",
  'finds a socket of the engine',
  'finds a folder of the machine',
  'sees a process of the machine',
  'changes a program of its image',
  'changes who it is',
];

await describeWithDocker('what a session’s container reaches', () => {
  describe('a hostile container', () => {
    let world: DockerWorld;
    let session: ContainerRef;
    let neighbour: ContainerRef;
    let closed: ContainerRef;
    let unguarded: string;
    let service: Server;
    let datagrams: Socket;
    let listener: Server;
    let places: Targets & { readonly tcp: Record<string, Place>; readonly udp: Record<string, Place> };
    let allowed: Place;
    let sessionRouter = '';

    const specOf = (internet: boolean) => ({
      sessionId: randomUUID(),
      generation: 1,
      internet,
      environment: { WORKSPACE_PATH: '/data/workspace', SESSION_TOKEN: 'a token' },
    });
    const networkOf = async ({ id }: ContainerRef) => {
      const { Networks } = (await docker.getContainer(id).inspect()).NetworkSettings;
      return Object.values(Networks)[0] ?? { IPAddress: '', Gateway: '' };
    };

    beforeAll(async () => {
      await buildTestImage(testProgram);
      service = createServer((_request, response) => response.end('a service of this machine'));
      await new Promise<void>((resolve) => service.listen(0, '::', resolve));
      const { port } = service.address() as AddressInfo;
      datagrams = createSocket('udp4', (_message, { port: to, address }) =>
        datagrams.send('hello', to, address),
      );
      await new Promise<void>((resolve) => datagrams.bind(port, '0.0.0.0', resolve));

      const machine = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ internal }) => !internal);
      const bridge = (await docker.getNetwork('bridge').inspect()) as {
        IPAM: { Config: { Gateway?: string }[] };
      };
      const docker0 = bridge.IPAM.Config[0]?.Gateway ?? '172.17.0.1';
      const second = createServer((_request, response) => response.end('an allowed service'));
      await new Promise<void>((resolve) => second.listen(0, docker0, resolve));
      second.unref();
      allowed = [docker0, (second.address() as AddressInfo).port];

      world = makeDockerWorld({ allowed: [{ range: allowed[0], port: allowed[1] }] });
      listener = createServer((_request, response) => response.end('main-server'));
      await new Promise<void>(
        (resolve) =>
          void world.provider
            .hostAddress()
            .then((address) => listener.listen(containerPort, address ?? '', resolve)),
      );
      [session, neighbour, closed] = [
        await world.provider.start(specOf(true)),
        await world.provider.start(specOf(true)),
        await world.provider.start(specOf(false)),
      ];
      const serve = `require('node:http').createServer((q, r) => r.end('a session')).listen(8000);
        const udp = require('node:dgram').createSocket('udp4', (m, from) => udp.send('hello', from.port, from.address)); udp.bind(8000);`;
      await (
        await docker.getContainer(neighbour.id).exec({ Cmd: ['node', '-e', serve] })
      ).start({ Detach: true });
      const control = await docker.createContainer({
        Image: testImage,
        User: '0',
        Entrypoint: ['sleep', 'infinity'],
        Cmd: [],
        Labels: { 'codex-webapp.instance': world.instanceId },
        HostConfig: {
          Binds: ['/var/run/docker.sock:/run/docker.sock'],
          CapAdd: ['NET_ADMIN', 'SYS_ADMIN', 'SYS_TIME'],
          SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
          PidMode: 'host',
        },
      });
      await control.start();
      unguarded = control.id;

      const [own, theirs, outer] = [
        await networkOf(session),
        await networkOf(neighbour),
        await world.provider.hostAddress(),
      ];
      sessionRouter = own.Gateway;
      const routerSelf = own.Gateway.replace(/\d+$/, (last) => String(Number(last) + 1));
      const v4 = machine.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
      const v6 = machine.filter(({ family }) => family === 'IPv6').map(({ address }) => address);
      places = {
        tcp: {
          ...Object.fromEntries(
            v4.map((address) => [`a service at ${address} of this machine`, [address, port]]),
          ),
          ...Object.fromEntries(
            v6.map((address) => [`a service at ${address} of this machine`, [address, port]]),
          ),
          'a service at the bridge of the engine': [docker0, port],
          'a service where the router stands outside': [outer ?? '', port],
          'main-server’s other ports, at the router': [own.Gateway, port],
          'the machine at the router’s own address': [routerSelf, port],
          'the machine at every address there is': ['0.0.0.0', port],
          'the machine by the name of the router': ['host.docker.internal', port],
          'the machine over IPv6, in its network': ['fe80::1%eth0', port],
          'a port of another session': [theirs.IPAddress, 8000],
          'a port of another session, at its router': [theirs.Gateway, 8000],
          'the engine at the router': [own.Gateway, 2375],
          'the engine at its bridge': [docker0, 2375],
          metadata: ['169.254.169.254', 80],
          'metadata of containers': ['169.254.170.2', 80],
          'metadata over IPv6': ['fd00:ec2::254', 80],
          'the local network': ['192.168.0.1', 80],
          'a large local network': ['10.0.0.1', 80],
          'carrier-grade addresses': ['100.100.100.200', 80],
          'ssh of the machine': [docker0, 22],
          'names over TCP, at the machine': [docker0, 53],
        },
        udp: {
          'a datagram to this machine': [v4[0] ?? docker0, port],
          'a datagram to the bridge of the engine': [docker0, port],
          'a datagram to another session': [theirs.IPAddress, 8000],
          'a datagram to everybody': ['255.255.255.255', port],
          'a datagram to a group': ['224.0.0.1', port],
        },
      };
    }, 5 * minute);

    afterAll(async () => {
      service.close();
      listener.close();
      datagrams.close();
      await world.dispose();
    }, minute);

    it(
      'finds no way out: not one of the probes succeeds',
      async () => {
        const answers = await tryAll(session.id, {
          ...places,
          names: { 'the name of another session': neighbour.id },
        });
        expect(Object.keys(answers).length).toBeGreaterThanOrEqual(65);
        // Seccomp of older engines leaves this family open, and there is nothing behind it but the hypervisor's own door.
        const { 'talks to the hypervisor (AF_VSOCK)': vsock, ...others } = answers;
        expect(succeededIn(others)).toEqual({});
        const isStoppedByTheEngine = !(
          await tryAll(await plainContainer(), { only: ['talks to the hypervisor (AF_VSOCK)'] })
        )['talks to the hypervisor (AF_VSOCK)']?.succeeded;
        if (isStoppedByTheEngine) expect(vsock?.succeeded).toBe(false);
      },
      5 * minute,
    );

    /** With what the engine gives to everybody, its own seccomp profile among it. */
    async function plainContainer(): Promise<string> {
      const plain = await docker.createContainer({
        Image: testImage,
        Entrypoint: ['sleep', 'infinity'],
        Cmd: [],
        Labels: { 'codex-webapp.instance': world.instanceId },
      });
      await plain.start();
      return plain.id;
    }

    it(
      'tries what does succeed where nobody guards',
      async () => {
        const answers = await tryAll(unguarded, { only: foundWithoutGuard });
        const missed = foundWithoutGuard.filter((name) => answers[name]?.succeeded !== true);
        expect(Object.fromEntries(missed.map((name) => [name, answers[name]]))).toEqual({});
      },
      2 * minute,
    );

    it(
      'asks for services that are there: a container of the engine’s own network reaches them',
      async () => {
        const plain = await plainContainer();
        const present = Object.entries(places.tcp).filter(([name]) =>
          /^a service at [\d.]+ |the bridge/.test(name),
        );
        const answers = await tryAll(plain, {
          only: [...present.map(([name]) => name), 'a datagram to the bridge of the engine'],
          tcp: Object.fromEntries(present),
          udp: places.udp,
        });
        expect(Object.keys(answers).length).toBeGreaterThanOrEqual(3);
        expect(Object.values(answers).filter(({ succeeded }) => !succeeded)).toEqual([]);
        // And the neighbour does listen.
        const local: Place = ['127.0.0.1', 8000];
        const own = { only: ['tcp', 'udp'], tcp: { tcp: local }, udp: { udp: local } };
        await waitFor(async () => {
          const heard = await tryAll(neighbour.id, own);
          return heard['tcp']?.succeeded === true && heard['udp']?.succeeded === true;
        }, minute);
      },
      2 * minute,
    );

    it(
      'reaches main-server, and what the administrator allows, with and without internet',
      async () => {
        const tcp = { main: ['host.docker.internal', containerPort] as const, allowed };
        for (const { id } of [session, neighbour, closed]) {
          const answers = await tryAll(id, { only: ['main', 'allowed'], tcp });
          expect(answers).toMatchObject({ main: { succeeded: true }, allowed: { succeeded: true } });
        }
      },
      2 * minute,
    );

    it(
      'reaches the internet as this machine does, and not at all when it is switched off',
      async () => {
        const outside = { tcp: { outside: ['deb.debian.org', 80] as const }, only: ['outside'] };
        const isOnline = await fetch('http://deb.debian.org/', { signal: AbortSignal.timeout(5_000) }).then(
          () => true,
          () => false,
        );
        expect((await tryAll(session.id, outside))['outside']?.succeeded).toBe(isOnline);
        const offline = await tryAll(closed.id, {
          only: ['outside', 'address', 'names', 'router', 'datagram'],
          tcp: { ...outside.tcp, address: ['1.1.1.1', 80], router: [sessionRouter, 53] },
          udp: { datagram: ['1.1.1.1', 53] },
          names: { names: 'deb.debian.org' },
        });
        expect(succeededIn(offline)).toEqual({});
      },
      2 * minute,
    );

    it(
      'leaves nothing open without internet that is closed with it',
      async () => {
        const { 'talks to the hypervisor (AF_VSOCK)': _vsock, ...answers } = await tryAll(closed.id, places);
        expect(succeededIn(answers)).toEqual({});
      },
      5 * minute,
    );

    it(
      'is cut off while the router is away, and finds its way again when it is back',
      async () => {
        const router = docker.getContainer(`cw-${world.instanceId.replaceAll('-', '').slice(0, 12)}-router`);
        const main = { only: ['main'], tcp: { main: ['host.docker.internal', containerPort] as const } };
        await router.stop({ t: 0 });
        expect(
          succeededIn(
            await tryAll(session.id, {
              ...main,
              ...places,
              only: ['main', ...Object.keys(places.tcp)],
              tcp: { ...main.tcp, ...places.tcp },
            }),
          ),
        ).toEqual({});
        await router.start();
        await waitFor(async () => (await tryAll(session.id, main))['main']?.succeeded === true, minute);
        expect(succeededIn(await tryAll(session.id, { ...places, only: Object.keys(places.tcp) }))).toEqual(
          {},
        );
      },
      5 * minute,
    );
  });
});
