import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import Docker from 'dockerode';
import tar from 'tar-fs';
import { scriptedAgent } from './product-tree.mjs';
import { waitFor } from '../../tools/processes/wait.mjs';

const labels = { session: 'codex-webapp.session', instance: 'codex-webapp.instance' };
/** Below the volume of a session, so that it outlives each of its containers. */
const folderInside = '/data/chaos';
const nodeUser = 1_000;
const imageDeadlineMs = 15 * 60_000;

/** Null when an engine answers. */
export async function whyNoDocker() {
  return new Docker().ping().then(
    () => null,
    (error) => `no Docker engine answers (${error.message})`,
  );
}

/** Real containers of the provider `docker`, from the image that the product builds, killed and restarted by the engine. */
export class DockerContainers {
  environment = { CONTAINER_PROVIDER: 'docker', CONTAINER_MEMORY_MB: '512' };
  #docker = new Docker();
  #folder;
  #server;
  #sessions = [];
  /** Of the installation, known from its first container on. */
  #instanceId = '';

  static async create({ folder }) {
    const containers = new DockerContainers();
    containers.#folder = folder;
    containers.host = await containers.#findBridgeGateway();
    return containers;
  }

  /** How a prompt calls the scripted agent. */
  get agent() {
    return ['node', `${folderInside}/scripted-agent.mjs`, `${folderInside}/ledger`];
  }

  /** Waits for the image and the first containers, and puts the scripted agent onto their volumes. */
  async prepare(sessions, server) {
    this.#sessions = sessions;
    this.#server = server;
    for (const { id } of sessions) {
      await server.api('POST', `/api/sessions/${id}/container/start`);
      await waitFor('a container', () => this.#hasStarted(id), { timeoutMs: imageDeadlineMs, everyMs: 500 });
      const { Id, Labels } = await this.#find(id);
      this.#instanceId = Labels[labels.instance];
      await this.#docker.getContainer(Id).putArchive(packAgent(), { path: path.dirname(folderInside) });
    }
  }

  /** Resolves with what was done to it; null when it had ended by itself, or was replaced meanwhile. */
  async strike(sessionId, random) {
    const found = await this.#find(sessionId);
    if (found?.State !== 'running') return null;
    const container = this.#docker.getContainer(found.Id);
    try {
      if (random.chance(0.6)) {
        await container.kill();
        return 'dockerKills';
      }
      await container.restart({ t: random.pick([0, 1, 5]) });
      return 'dockerRestarts';
    } catch (error) {
      if ([404, 409].includes(error.statusCode)) return null;
      throw error;
    }
  }

  /** Gets what the scripted agents wrote down out of the volumes. */
  async collectLedger() {
    const folders = [];
    for (const { id } of this.#sessions) {
      const target = path.join(this.#folder, 'ledger', id);
      mkdirSync(target, { recursive: true });
      const { Id } = await this.#find(id);
      const archive = await this.#docker.getContainer(Id).getArchive({ path: `${folderInside}/ledger/.` });
      await pipeline(archive, tar.extract(target));
      folders.push(target);
    }
    return folders;
  }

  /** Takes away everything the installation made, whatever state it was left in. */
  async cleanUp() {
    for (const { id } of this.#sessions)
      this.#instanceId ||= (await this.#find(id))?.Labels[labels.instance] ?? '';
    if (this.#instanceId === '') return;
    const filters = { label: [`${labels.instance}=${this.#instanceId}`] };
    for (const { Id } of await this.#docker.listContainers({ all: true, filters }))
      await this.#docker.getContainer(Id).remove({ force: true });
    for (const { Name } of (await this.#docker.listVolumes({ filters })).Volumes)
      await this.#docker.getVolume(Name).remove();
    for (const { Id } of await this.#docker.listNetworks({ filters }))
      await this.#docker.getNetwork(Id).remove();
  }

  async #hasStarted(sessionId) {
    const { status, reason } = await this.#server.api('GET', `/api/sessions/${sessionId}/container/status`);
    if (status === 'error') throw new Error(`A container could not be started: ${reason}`);
    return status === 'running';
  }

  async #find(sessionId) {
    const filters = { label: [`${labels.session}=${sessionId}`] };
    const [found] = await this.#docker.listContainers({ all: true, filters });
    return found ?? null;
  }

  /** The address at which containers of every network reach this machine. */
  async #findBridgeGateway() {
    const { IPAM } = await this.#docker.getNetwork('bridge').inspect();
    const [{ Gateway: gateway, Subnet: subnet }] = IPAM.Config;
    return gateway ?? subnet.replace(/\.\d+\/\d+$/, '.1');
  }
}

function packAgent() {
  const name = path.basename(folderInside);
  return tar.pack(path.dirname(scriptedAgent), {
    entries: [path.basename(scriptedAgent)],
    finalize: false,
    map: (header) => ({
      ...header,
      name: `${name}/${header.name}`,
      uid: nodeUser,
      gid: nodeUser,
      mode: 0o644,
    }),
    finish: (pack) => {
      pack.entry({ ...ownedFolder, name: `${name}/ledger` });
      pack.finalize();
    },
  });
}

const ownedFolder = { type: 'directory', mode: 0o755, uid: nodeUser, gid: nodeUser };
