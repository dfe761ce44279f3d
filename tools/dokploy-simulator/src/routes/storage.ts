import { ApiError, notFound } from '../api-error.ts';
import { badRequest, toId } from '../dokploy.ts';
import { organizationId, remove, type Mount, type Network } from '../rows.ts';
import { empty, type Routes } from './route.ts';

/** Volumes and networks. */
export const storageRoutes: Routes = {
  'mounts.create': (input, { dokploy }) => {
    const serviceType = input['serviceType'] as string | undefined;
    const serviceId = String(input['serviceId']);
    const isOfApplication = serviceType === 'application';
    if (isOfApplication && !dokploy.rows.applications.some((row) => row.applicationId === serviceId)) {
      throw badRequest('Error insert or update on table "mount" violates foreign key constraint');
    }
    const mount: Mount = {
      mountId: toId(),
      type: input['type'] as Mount['type'],
      volumeName: (input['volumeName'] as string | null | undefined) ?? null,
      mountPath: String(input['mountPath']),
      serviceType: serviceType ?? 'application',
      applicationId: isOfApplication ? serviceId : null,
    };
    dokploy.rows.mounts.push(mount);
    return mount;
  },

  'mounts.remove': (input, { dokploy }) => {
    const mount = dokploy.rows.mounts.find(({ mountId }) => mountId === input['mountId']);
    if (mount === undefined) throw notFound('Mount');
    remove(dokploy.rows.mounts, (row) => row === mount);
    return mount;
  },

  'mounts.listByServiceId': (input, { dokploy }) =>
    dokploy.rows.mounts.filter(({ applicationId }) => applicationId === input['serviceId']),

  'network.create': (input, { dokploy }) => {
    const name = String(input['name']);
    const serverId = (input['serverId'] as string | null | undefined) ?? null;
    const engine = dokploy.engine(serverId);
    if (engine.networks.has(name)) {
      throw badRequest(`(HTTP code 409) unexpected - network with name ${name} already exists`);
    }
    const network: Network = {
      networkId: toId(),
      name,
      driver: (input['driver'] as Network['driver'] | undefined) ?? 'bridge',
      internal: input['internal'] === true,
      attachable: input['attachable'] === true,
      serverId,
      organizationId,
      createdAt: new Date().toISOString(),
    };
    engine.networks.add(name);
    dokploy.rows.networks.push(network);
    return network;
  },

  'network.all': (input, { dokploy }) =>
    dokploy.rows.networks.filter(({ serverId }) => serverId === (input['serverId'] ?? null)).toReversed(),

  'network.one': (input, { dokploy }) => {
    const network = dokploy.rows.networks.find(({ networkId }) => networkId === input['networkId']);
    if (network === undefined) throw notFound('Network');
    return network;
  },

  'network.remove': (input, { dokploy }) => {
    const network = dokploy.rows.networks.find(({ networkId }) => networkId === input['networkId']);
    if (network === undefined) throw notFound('Network');
    const engine = dokploy.engine(network.serverId);
    if (engine.isNetworkInUse(network.name)) {
      throw badRequest(`(HTTP code 403) unexpected - network ${network.name} has active endpoints`);
    }
    engine.networks.delete(network.name);
    remove(dokploy.rows.networks, (row) => row === network);
    return network;
  },

  'dockerVolume.getVolumes': (input, { dokploy }) => {
    const engine = dokploy.engine(input['serverId'] as string | undefined);
    const own = engine.nodes.find(({ isSelf }) => isSelf);
    return [...(engine.volumes.get(own?.id ?? '') ?? [])].map((Name) => ({ Name, Driver: 'local' }));
  },

  /** On the node of Dokploy itself, or of the remote server; other nodes of the swarm are out of its reach. */
  'dockerVolume.removeVolume': (input, { dokploy }) => {
    const engine = dokploy.engine(input['serverId'] as string | undefined);
    const name = String(input['volumeName']);
    const own = engine.nodes.find(({ isSelf }) => isSelf);
    if (own === undefined || !engine.volumes.get(own.id)?.has(name)) {
      throw failed(`Error response from daemon: get ${name}: no such volume`);
    }
    if (engine.isVolumeInUse(name)) {
      throw failed(`Error response from daemon: remove ${name}: volume is in use - [4ef0]`);
    }
    engine.removeVolume(own.id, name);
    return empty;
  },
};

function failed(message: string): ApiError {
  return new ApiError('INTERNAL_SERVER_ERROR', `Command execution failed: ${message}`);
}
