import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { routerReadyLine } from '@codex-webapp/contracts';

interface Container {
  readonly id: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly image: string;
  status: 'created' | 'running' | 'exited';
}

interface Network {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Record<string, string>;
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string; readonly Gateway: string }[] };
  readonly Created: string;
  readonly inside: Set<string>;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const refused = (status: number, message: string): Answer => ({ status, body: { message } });

/**
 * As much of a Docker engine as the provider asks for, in memory, and as particular: one container of a name, subnets
 * that do not overlap, networks that go only when they are empty. It may lose the answer of whatever it has done.
 */
export class ScriptedEngine {
  readonly containers = new Map<string, Container>();
  readonly networks = new Map<string, Network>();
  /** Their labels, by name. */
  readonly volumes = new Map<string, Record<string, string>>();
  lost = 0;
  /** Waited for by a request for a container, before there is one. */
  beforeCreate: (() => Promise<void>) | null = null;
  private subnets = 29;
  private readonly server: Server;

  constructor(private readonly isLost: (method: string) => boolean) {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET' } = request;
    const url = new URL(request.url ?? '/', 'http://engine');
    const sent = await text(request);
    if (url.pathname.endsWith('/containers/create')) await this.beforeCreate?.();
    const { status, body } = this.answer(method, url, sent === '' ? {} : (JSON.parse(sent) as Sent));
    if (this.isLost(method)) {
      this.lost += 1;
      response.socket?.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    if (Buffer.isBuffer(body)) response.end(body);
    else response.end(body === undefined ? '' : JSON.stringify(body));
  }

  private answer(method: string, { pathname, searchParams }: URL, body: Sent): Answer {
    const [kind = '', name = '', verb = ''] = pathname
      .replace(/^\/v[\d.]+/, '')
      .split('/')
      .slice(1);
    const filters = JSON.parse(searchParams.get('filters') ?? '{}') as { label?: string[] };
    const route = `${method} ${kind}`;
    if (kind === '_ping') return { status: 200, body: 'OK' };
    if (kind === 'info')
      return { status: 200, body: { ServerVersion: '29.5.1', Runtimes: { runc: {} }, NCPU: 2 } };
    if (kind === 'version') return { status: 200, body: {} };
    if (route === 'GET images') return { status: 200, body: { Id: 'sha256:image' } };
    if (kind === 'volumes') return this.answerVolumes(method, name, body);
    if (kind === 'networks') return this.answerNetworks(method, name, verb, { body, filters });
    if (kind === 'containers')
      return this.answerContainers(method, name, verb, { body, filters, searchParams });
    return refused(404, `page not found: ${route}`);
  }

  private answerVolumes(method: string, name: string, body: Sent): Answer {
    if (method === 'POST') return this.makeVolume(body);
    const found = this.volumes.get(name);
    if (!found) return refused(404, 'no such volume');
    if (method === 'GET') return { status: 200, body: { Name: name, Labels: found } };
    this.volumes.delete(name);
    return { status: 204 };
  }

  /** As the engine: the one that is there, where there is one of that name. */
  private makeVolume({ Name: name = '', Labels: wanted = {}, DriverOpts: options = {} }: Sent): Answer {
    if ('size' in options) return refused(400, 'invalid option: "size"');
    const made = this.volumes.get(name) ?? wanted;
    this.volumes.set(name, made);
    return { status: 201, body: { Name: name, Labels: made } };
  }

  private answerNetworks(method: string, name: string, verb: string, { body, filters }: Query): Answer {
    if (method === 'GET' && name === '')
      return {
        status: 200,
        body: [...this.networks.values()].filter(({ Labels }) => matches(Labels, filters.label)),
      };
    if (name === 'create') {
      const config = body.IPAM?.Config?.[0] ?? this.nextSubnet();
      const all = [...this.networks.values()];
      if (all.some(({ Name }) => Name === body.Name)) return refused(409, 'network with name already exists');
      if (all.some(({ IPAM }) => IPAM.Config[0]?.Subnet === config.Subnet))
        return refused(403, 'Pool overlaps with other one on this address space');
      const made: Network = {
        Id: randomUUID(),
        Name: body.Name ?? '',
        Labels: body.Labels ?? {},
        IPAM: { Config: [config] },
        Created: String(this.networks.size).padStart(9, '0'),
        inside: new Set(),
      };
      this.networks.set(made.Id, made);
      return { status: 201, body: { Id: made.Id } };
    }
    const network = this.networks.get(name) ?? [...this.networks.values()].find(({ Name }) => Name === name);
    if (!network) return refused(404, `network ${name} not found`);
    if (method === 'GET')
      return {
        status: 200,
        body: {
          ...network,
          Containers: Object.fromEntries([...network.inside].map((id) => [id, { Name: id }])),
        },
      };
    if (verb === 'connect') {
      const id = body.Container ?? '';
      if (network.inside.has(id)) return refused(403, 'endpoint with name already exists in network');
      network.inside.add(id);
      return { status: 200 };
    }
    if (verb === 'disconnect') {
      network.inside.delete(body.Container ?? '');
      return { status: 200 };
    }
    if (network.inside.size > 0) return refused(403, 'network has active endpoints');
    this.networks.delete(network.Id);
    return { status: 204 };
  }

  /** Of a network that asks for none, as the engine takes it from its own pool. */
  private nextSubnet(): { readonly Subnet: string; readonly Gateway: string } {
    this.subnets += 1;
    return { Subnet: `172.${this.subnets}.0.0/16`, Gateway: `172.${this.subnets}.0.1` };
  }

  private answerContainers(method: string, name: string, verb: string, query: Query): Answer {
    const { body, filters, searchParams } = query;
    if (name === 'json')
      return {
        status: 200,
        body: [...this.containers.values()]
          .filter(({ labels }) => matches(labels, filters.label))
          .map(({ id, labels, status }) => ({ Id: id, Labels: labels, State: status })),
      };
    if (name === 'create') {
      const wanted = searchParams?.get('name') ?? randomUUID();
      if ([...this.containers.values()].some((known) => known.name === wanted))
        return refused(409, `Conflict. The container name "/${wanted}" is already in use`);
      const made: Container = {
        id: randomUUID(),
        name: wanted,
        labels: body.Labels ?? {},
        image: body.Image ?? '',
        status: 'created',
      };
      this.containers.set(made.id, made);
      for (const { Source, VolumeOptions } of body.HostConfig?.Mounts ?? []) {
        if (!this.volumes.has(Source)) this.volumes.set(Source, VolumeOptions?.Labels ?? {});
      }
      return { status: 201, body: { Id: made.id } };
    }
    const found =
      this.containers.get(name) ?? [...this.containers.values()].find((known) => known.name === name);
    if (!found) return refused(404, `No such container: ${name}`);
    return this.answerContainer(method, verb, found);
  }

  private answerContainer(method: string, verb: string, found: Container): Answer {
    switch (verb) {
      case 'start':
        if (found.status === 'running') return { status: 304 };
        found.status = 'running';
        return { status: 204 };
      case 'stop':
        found.status = 'exited';
        return { status: 204 };
      case 'wait':
        return { status: 200, body: { StatusCode: 0 } };
      case 'logs':
        return { status: 200, body: frame(found.name.endsWith('-router') ? routerReadyLine : '{}') };
      case 'json':
        return { status: 200, body: inspected(found) };
      default:
        if (method !== 'DELETE') return refused(404, `page not found: ${verb}`);
        for (const { inside } of this.networks.values()) inside.delete(found.id);
        this.containers.delete(found.id);
        return { status: 204 };
    }
  }
}

interface Sent {
  readonly Name?: string;
  readonly DriverOpts?: Readonly<Record<string, string>>;
  readonly Labels?: Record<string, string>;
  readonly Image?: string;
  readonly Container?: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet: string; readonly Gateway: string }[] };
  readonly HostConfig?: {
    readonly Mounts?: readonly {
      readonly Source: string;
      readonly VolumeOptions?: { readonly Labels?: Record<string, string> };
    }[];
  };
}

interface Query {
  readonly body: Sent;
  readonly filters: { readonly label?: readonly string[] };
  readonly searchParams?: URLSearchParams;
}

function matches(found: Readonly<Record<string, string>>, wanted: readonly string[] = []): boolean {
  return wanted.every((one) => {
    const [name = '', value] = one.split('=');
    return value === undefined ? name in found : found[name] === value;
  });
}

function inspected({ id, name, labels, image, status }: Container): object {
  return {
    Id: id,
    Name: `/${name}`,
    Config: { Labels: labels, Image: image },
    Image: 'sha256:image',
    State: {
      Running: status === 'running',
      Restarting: false,
      Status: status,
      StartedAt: null,
      ExitCode: 0,
      OOMKilled: false,
      Error: '',
    },
    RestartCount: 0,
  };
}

/** As the engine multiplexes the two streams of a log. */
function frame(line: string): Buffer {
  const content = Buffer.from(`${line}\n`);
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}
