import type { Dokploy } from '../dokploy.ts';
import type { Task } from '../swarm.ts';
import { empty, type Input, type Routes } from './route.ts';

/** What the engine's command line says, as Dokploy passes it on. */
export const dockerRoutes: Routes = {
  'docker.getServiceContainersByAppName': (input, { dokploy }) => {
    const engine = engineOf(dokploy, input);
    if (engine.isSilent) return [];
    const tasks = engine.services.get(String(input['appName']))?.tasks ?? [];
    return tasks.map((task, index) => ({
      containerId: task.id,
      name: task.name,
      state: task.desired,
      currentState: `${task.state} 5 seconds ago`,
      node: task.node,
      error: toErrorColumn(task.error, index === tasks.length - 1),
    }));
  },

  'docker.getContainersByAppNameMatch': (input, { dokploy }) =>
    listContainers(dokploy, input).map(({ task }) => ({
      containerId: task.id.slice(0, 12),
      name: `${task.name}.${task.id}`,
      state: task.state === 'Running' ? 'running' : 'exited',
      status: task.state === 'Running' ? 'Up 5 seconds' : `Exited (${task.exitCode}) 5 seconds ago`,
    })),

  'docker.getConfig': (input, { dokploy }) => {
    const id = String(input['containerId']);
    const engine = engineOf(dokploy, input);
    const tasks = [...engine.services.values()].flatMap((service) => service.tasks);
    const task = tasks.find((candidate) => candidate.id.startsWith(id));
    if (task === undefined) return empty;
    return {
      Id: task.id,
      Created: task.createdAt,
      State: {
        Running: task.state === 'Running',
        ExitCode: task.exitCode ?? 0,
        OOMKilled: task.isOutOfMemory,
      },
      Config: {
        Env: Object.entries(task.environment).map(([name, value]) => `${name}=${value}`),
        Labels: task.labels,
      },
    };
  },

  'swarm.getNodes': (input, { dokploy }) => {
    const engine = engineOf(dokploy, input);
    if (engine.isSilent) return empty;
    return engine.nodes.map((node) => ({
      ID: node.id,
      Hostname: node.hostname,
      Status: node.isReady ? 'Ready' : 'Down',
      Availability: 'Active',
      ManagerStatus: node.role === 'manager' ? 'Leader' : '',
      Self: node.isSelf,
    }));
  },

  'cluster.getNodes': (input, { dokploy }) =>
    engineOf(dokploy, input).nodes.map((node) => ({
      ID: node.id,
      Spec: { Labels: node.labels, Role: node.role, Availability: 'active' },
      Description: { Hostname: node.hostname },
      Status: { State: node.isReady ? 'ready' : 'down' },
    })),

  'swarm.getNodeApps': (input, { dokploy }) => {
    const engine = engineOf(dokploy, input);
    if (engine.isSilent) return [];
    return [...engine.services.values()].map(({ spec, tasks }) => ({
      ID: spec.name,
      Name: spec.name,
      Mode: 'replicated',
      Image: spec.image,
      Replicas: `${tasks.filter(({ state }) => state === 'Running').length}/${spec.replicas}`,
      Ports: '',
    }));
  },

  'swarm.getContainerStats': (input, { dokploy }) => {
    const engine = engineOf(dokploy, input);
    // Of the node itself, as the engine's command line sees it.
    const own = engine.nodes.find(({ isSelf }) => isSelf)?.hostname;
    const running = [...engine.services.values()]
      .flatMap(({ tasks }) => tasks)
      .filter(({ state, node }) => state === 'Running' && node === own);
    return running.map((task) => ({
      BlockIO: '1.2MB / 4.1kB',
      CPUPerc: '12.50%',
      Container: task.id.slice(0, 12),
      ID: task.id.slice(0, 12),
      MemPerc: '6.25%',
      MemUsage: '64MiB / 1GiB',
      Name: `${task.name}.${task.id}`,
      NetIO: '1kB / 2kB',
    }));
  },

  'server.all': (_input, { dokploy }) =>
    dokploy.options.servers.map((serverId) => ({ serverId, name: `Server ${serverId}` })),
};

function engineOf(dokploy: Dokploy, input: Input) {
  return dokploy.engine(input['serverId'] as string | undefined);
}

/** Dokploy cuts the line it reads at «Error: », which the last line, being trimmed, ends without the space. */
function toErrorColumn(error: string, isLast: boolean): string {
  if (error !== '') return `"${error}"`;
  return isLast ? 'Error:' : '';
}

/** Those of Dokploy's own node, also ended ones, by the beginning of their names; newest first. */
function listContainers(dokploy: Dokploy, input: Input): readonly { readonly task: Task }[] {
  const engine = engineOf(dokploy, input);
  const own = engine.nodes.find(({ isSelf }) => isSelf)?.hostname;
  return [...engine.services.values()]
    .filter(({ spec }) => spec.name.startsWith(String(input['appName'])))
    .flatMap(({ tasks }) => tasks)
    .filter(({ node, state }) => node === own && !['Pending', 'Preparing', 'Rejected'].includes(state))
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .map((task) => ({ task }));
}
