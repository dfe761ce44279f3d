import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { overlaps } from '../src/modules/containers/providers/docker/subnets.ts';
import {
  type ComposeFile,
  type ComposeService,
  readComposeFile,
  readRepositoryFile,
  readServerFile,
  repository,
} from './support/compose-files.ts';

const compose = readComposeFile();
const services = Object.entries(compose.services);
/** It builds the image of the sessions and ends. */
const ends = 'container-agent-image';
const staying = services.filter(([name]) => name !== ends);
const socket = '/var/run/docker.sock';

const service = (name: string): ComposeService => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`There is no service ${name}`);
  return found;
};
const imageOfMain = service('main-server').image;
const sessionImage = String(compose['x-session-limits']['CONTAINER_IMAGE']);
const mountOf = (name: string, target: string): string | undefined =>
  service(name).volumes.find((volume) => volume.split(':')[1] === target);
const sourceOf = (volume: string): string => volume.split(':')[0] ?? '';
const isOfHost = (volume: string): boolean => /^[./~$]/.test(volume);

/** The lines of a stage of a Dockerfile, or of its last one. */
function readStage(dockerfile: string, target?: string): string {
  const stages = readRepositoryFile(dockerfile)
    .split(/^(?=FROM )/m)
    .slice(1);
  const found =
    target === undefined
      ? stages.at(-1)
      : stages.find((stage) => stage.split('\n')[0]?.endsWith(` AS ${target}`));
  if (found === undefined) throw new Error(`${dockerfile} has no stage ${target}`);
  return found;
}

/** Whether an engine can say that it is healthy: by the file, or by its image. */
function hasHealthcheck(one: ComposeService): boolean {
  if (one.healthcheck !== undefined) return true;
  const { build } = one;
  return build !== undefined && /^HEALTHCHECK /m.test(readStage(build.dockerfile, build.target));
}

describe('docker-compose.yml', () => {
  it('is read by Compose 1.29 too: it has no name of its own', () => {
    expect(Object.keys(compose)).toEqual([
      'x-main-server-image',
      'x-session-limits',
      'services',
      'volumes',
      'networks',
    ]);
    expect(services.map(([name]) => name)).toEqual(['main-server', 'provisioner', 'web', ends]);
  });

  it('builds every image here: no registry is asked for a name that anybody may own there', () => {
    for (const [name, { build, pull_policy: policy }] of services)
      expect([name, build?.context, policy]).toEqual([name, '.', 'build']);
  });

  it("gives the engine's socket to the provisioner, and to nothing else", () => {
    const holders = services.filter(([, { volumes }]) => volumes.some((volume) => volume.includes('docker')));
    expect(holders.map(([name]) => name)).toEqual(['provisioner']);
    expect(service('provisioner').volumes).toContain(`${socket}:${socket}`);
    for (const [, { environment }] of services) expect(Object.keys(environment)).not.toContain('DOCKER_HOST');
  });

  it('takes nothing of the machine but that', () => {
    const taken = services.flatMap(([, { volumes }]) => volumes.filter(isOfHost));
    expect(taken).toEqual([`${socket}:${socket}`]);
    // Words like `privileged`, `devices`, `pid` or `ipc` are none that the reading of the file knows.
    expect(services.map(([name, { network_mode: mode }]) => [name, mode])).toEqual([
      ['main-server', undefined],
      ['provisioner', 'none'],
      ['web', undefined],
      [ends, 'none'],
    ]);
    expect(services.flatMap(([name, { cap_add: added }]) => added.map((one) => `${name} ${one}`))).toEqual([
      'provisioner SETUID',
      'provisioner SETGID',
    ]);
  });

  it('confines who has the socket', () => {
    expect(service('provisioner')).toMatchObject({
      network_mode: 'none',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges'],
    });
  });

  it.each(['privileged: true', 'devices: [/dev/kmsg]', 'pid: host', 'ipc: host', 'userns_mode: host'])(
    'cannot have «%s» without a test that says so',
    (word) => {
      const text = readRepositoryFile('docker-compose.yml');
      const planted = text.replace('  web:\n', `  web:\n    ${word}\n`);
      expect(planted).not.toBe(text);
      expect(() => readComposeFile(planted)).toThrow(word.split(':')[0]);
    },
  );

  it('publishes one port, on loopback', () => {
    expect(services.flatMap(([, { ports }]) => ports)).toEqual(['127.0.0.1:${PORT:-3000}:3000']);
    expect(service('main-server').environment['PUBLIC_URL']).toBe(
      '${PUBLIC_URL:-http://localhost:${PORT:-3000}}',
    );
  });

  it('starts again whatever ends, and tells of each whether it works', () => {
    expect(staying.map(([name, { restart }]) => [name, restart])).toEqual(
      staying.map(([name]) => [name, 'unless-stopped']),
    );
    expect(service(ends)).toMatchObject({ restart: 'no', entrypoint: ['true'] });
    expect(staying.filter(([, one]) => one.image !== imageOfMain && !hasHealthcheck(one))).toEqual([]);
    expect(hasHealthcheck(service('main-server'))).toBe(true);
    // The image's own asks a port that it does not have.
    expect(service('provisioner').healthcheck?.test.join(' ')).toContain("path: '/health'");
  });

  it('waits only for what can come', () => {
    for (const [name, { depends_on: needed }] of services)
      for (const [other, { condition }] of Object.entries(needed)) {
        const wanted = other === ends ? 'service_completed_successfully' : 'service_healthy';
        expect([name, other, condition]).toEqual([name, other, wanted]);
        expect(compose.services).toHaveProperty(other);
      }
    expect(Object.keys(service('main-server').depends_on).sort()).toEqual([ends, 'provisioner', 'web']);
  });

  it('keeps what is to be kept in volumes with a name', () => {
    const mounted = services.flatMap(([, { volumes }]) =>
      volumes.filter((one) => !isOfHost(one)).map(sourceOf),
    );
    expect([...new Set(mounted)].sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(service('main-server').volumes).toContain('data:/data');
    expect(readStage('main-server/Dockerfile', 'main-server')).toMatch(/DATABASE_PATH=\/data\//);
    const known = /^RUN for folder in (.+); do/m.exec(
      readStage('main-server/Dockerfile', 'main-server'),
    )?.[1];
    const folders = [...service('main-server').volumes, ...service('provisioner').volumes]
      .filter((one) => !isOfHost(one))
      .map((volume) => volume.split(':')[1] ?? '');
    // Else the engine would give it to root, and the server's own user could not write to it.
    expect([...new Set(folders)].sort()).toEqual(known?.split(' ').sort());
  });

  it('builds each image that it names, from a stage that is there', () => {
    const built = services.flatMap(([, { build, image }]) =>
      build === undefined ? [] : [{ image, ...build }],
    );
    for (const { context, dockerfile, target } of built) {
      expect(existsSync(path.join(repository, context, dockerfile))).toBe(true);
      expect(readStage(dockerfile, target)).toMatch(/^(CMD|ENTRYPOINT) /m);
    }
    expect(built.map(({ image }) => image)).toContain(sessionImage);
    // One name, one image.
    const recipes = new Map(built.map(({ image, ...recipe }) => [image, JSON.stringify(recipe)]));
    for (const { image, ...recipe } of built) expect(JSON.stringify(recipe)).toBe(recipes.get(image));
  });

  it('has no session in a network of its own, and no way out of that of the router', () => {
    const { link, ...others } = compose.networks;
    expect(others).toEqual({});
    expect(link).toEqual({ name: compose['x-session-limits']['CONTAINER_NETWORK'], internal: true });
    const inside = services.filter(([, { networks }]) => networks !== undefined && 'link' in networks);
    expect(inside.map(([name]) => name)).toEqual(['main-server']);
    const { aliases = [] } = service('main-server').networks?.['link'] ?? {};
    const urls = ['MAIN_APP_URL', 'MAIN_APP_WS_URL'].map((name) => String(compose['x-session-limits'][name]));
    expect(urls.map((url) => new URL(url).hostname)).toEqual([aliases[0], aliases[0]]);
  });

  it('passes on every variable of .env.example that can mean something in it', () => {
    const section = readRepositoryFile('.env.example').split('## container-agent')[0]!;
    const offered = [...section.matchAll(/^# ([A-Z0-9_]+)=/gm)].map(([, name]) => name!);
    expect(offered.length).toBeGreaterThan(60);
    const settled = [
      // By the images.
      'NODE_ENV',
      'HOST',
      'DATABASE_PATH',
      'SESSION_UI_PATH',
      'PROVISIONER_DATA',
      'CONTAINER_PORT',
      // The published port; inside it is always the same.
      'PORT',
      // Sessions are containers here, and the router is their image.
      'PROCESS_AGENT_ENTRY',
      'CONTAINER_ROUTER_IMAGE',
    ];
    const passed = Object.keys(service('main-server').environment);
    expect(offered.filter((name) => !passed.includes(name)).sort()).toEqual(settled.sort());
  });

  it('knows every variable that the README tells to export: main-server or the proxy reads it', () => {
    const lines = readRepositoryFile('README.md').match(/^export .+=.*$/gm) ?? [];
    const names = lines.flatMap((line) => line.match(/(?<= )[A-Z][A-Z0-9_]+(?==)/g) ?? []);
    expect(names).toEqual(expect.arrayContaining(['AGENT_ENV_CLAUDE_CODE_OAUTH_TOKEN', 'TLS_FOLDER']));
    const passed = Object.keys(service('main-server').environment);
    // What the second file reads itself, for its proxy.
    const ofProxy = [...readRepositoryFile('docker-compose.server.yml').matchAll(/\$\{([A-Z0-9_]+)/g)].map(
      ([, name]) => name!,
    );
    expect(names.filter((name) => ![...passed, ...ofProxy].includes(name))).toEqual([]);
  });

  it('tells main-server and the provisioner the same of sessions', () => {
    const { environment } = service('main-server');
    expect(service('provisioner').environment).toEqual(compose['x-session-limits']);
    expect(environment).toMatchObject(compose['x-session-limits']);
    expect(mountOf('main-server', '/run/codex-webapp')).toBe(mountOf('provisioner', '/run/codex-webapp'));
    expect(compose['x-session-limits']['PROVISIONER_SOCKET']).toMatch(/^\/run\/codex-webapp\//);
  });
});

describe('docker-compose.server.yml', () => {
  const { mainServer, added } = readServerFile();
  const { proxy } = added.services as ComposeFile['services'] & { proxy: ComposeService };

  it('publishes the proxy, and main-server no more', () => {
    expect(readRepositoryFile('docker-compose.server.yml')).toMatch(/^ {4}ports: !override \[\]$/m);
    expect(mainServer.ports).toEqual([]);
    expect(Object.keys(added.services)).toEqual(['proxy']);
    expect(proxy.ports).toEqual(['80:80', '443:443', '443:443/udp']);
  });

  it('takes of the machine two things to read', () => {
    const taken = proxy.volumes.filter(isOfHost);
    expect(taken).toEqual([
      './deploy/Caddyfile:/etc/caddy/Caddyfile:ro',
      '${TLS_FOLDER:?the folder of fullchain.pem and privkey.pem}:/certs:ro',
    ]);
    expect(existsSync(path.join(repository, 'deploy/Caddyfile'))).toBe(true);
    const kept = proxy.volumes.filter((one) => !isOfHost(one)).map(sourceOf);
    expect(kept).toEqual(Object.keys(added.volumes));
  });

  it('starts the proxy again, says whether it works, and leaves it one capability', () => {
    expect(proxy).toMatchObject({
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      cap_add: ['NET_BIND_SERVICE'],
      security_opt: ['no-new-privileges'],
      depends_on: { 'main-server': { condition: 'service_healthy' } },
    });
    expect(hasHealthcheck(proxy)).toBe(true);
  });

  it('has main-server believe the proxy, and the proxy alone', () => {
    const trusted = proxy.networks?.['front']?.ipv4_address ?? '';
    const own = mainServer.networks?.['front']?.ipv4_address ?? '';
    expect(mainServer.environment?.['TRUSTED_PROXIES']).toBe(trusted);
    const { subnet = '' } = added.networks['front']?.ipam?.config[0] ?? {};
    for (const address of [trusted, own]) expect(overlaps(subnet, `${address}/32`)).toBe(true);
    expect(own).not.toBe(trusted);
  });

  it('ends TLS for the domain it is given and for all names below it, and sends them on to main-server', () => {
    const caddyfile = readRepositoryFile('deploy/Caddyfile');
    expect(caddyfile).toMatch(/^\{\$DOMAIN\}, \*\.\{\$DOMAIN\} \{$/m);
    expect(Object.keys(proxy.environment)).toEqual(['DOMAIN']);
    expect(mainServer.environment?.['PUBLIC_URL']).toMatch(/^https:\/\/\$\{DOMAIN:\?/);
    const [, upstream = ''] = /reverse_proxy (\S+)/.exec(caddyfile) ?? [];
    expect(upstream).toBe('main-server:3000');
    expect(caddyfile.match(/\/certs\/\S+/g)).toEqual(['/certs/fullchain.pem', '/certs/privkey.pem']);
  });
});
