import { ApiError, notFound } from '../api-error.ts';
import { badRequest, toAppName, toId, type Dokploy } from '../dokploy.ts';
import { remove, type Application } from '../rows.ts';
import { empty, type Input, type Routes } from './route.ts';

const lookMs = 20;
/** A search index that lags behind, as measured: of ten apps eight were found. */
const searchedShare = 0.8;

export const applicationRoutes: Routes = {
  'application.create': async (input, { dokploy, caller }) => {
    const { environmentId } = input;
    if (!dokploy.rows.environments.some((row) => row.environmentId === environmentId)) {
      throw notFound('Environment');
    }
    const serverId = (input['serverId'] as string | null | undefined) ?? null;
    if (serverId === null && dokploy.options.isRemoteOnly) {
      throw new ApiError('UNAUTHORIZED', 'You need to use a server to create an application');
    }
    dokploy.engine(serverId);
    const application = newApplication(input, serverId);
    dokploy.rows.applications.push(application);
    await caller.addService(application.applicationId);
    return application;
  },

  'application.one': (input, { dokploy }) => toWhole(dokploy, dokploy.application(input['applicationId'])),

  'application.update': (input, { dokploy }) => {
    const { applicationId, appName: _immutable, serverId: _immutableToo, ...changes } = input;
    const row = dokploy.rows.applications.find((candidate) => candidate.applicationId === applicationId);
    if (row === undefined) throw badRequest('Error updating application');
    if (Object.keys(changes).length === 0) throw failed('No values to set');
    Object.assign(row, changes);
    return true;
  },

  'application.saveDockerProvider': (input, { dokploy }) => {
    const { applicationId, ...changes } = input;
    Object.assign(dokploy.application(applicationId), changes, {
      sourceType: 'docker',
      applicationStatus: 'idle',
    });
    return true;
  },

  'application.saveEnvironment': (input, { dokploy }) => {
    dokploy.application(input['applicationId']).env = input['env'] as string | null;
    return true;
  },

  'application.deploy': (input, { dokploy }) => enqueue(dokploy, input, 'deploy'),
  'application.redeploy': (input, { dokploy }) => enqueue(dokploy, input, 'redeploy'),

  'application.reload': (input, { dokploy }) => {
    const row = dokploy.application(input['applicationId']);
    row.applicationStatus = 'idle';
    try {
      dokploy.mechanize(row);
    } catch {
      row.applicationStatus = 'error';
      throw failed('Error reloading application');
    }
    row.applicationStatus = 'done';
    return true;
  },

  'application.stop': async (input, { dokploy }) => {
    const row = dokploy.application(input['applicationId']);
    const engine = dokploy.engine(row.serverId);
    // What goes wrong here is told to nobody, an app that never was deployed included.
    if (engine.services.has(row.appName)) engine.scale(row.appName, 0);
    await engine.services.get(row.appName)?.work;
    row.applicationStatus = 'idle';
    return toWhole(dokploy, row);
  },

  /** Waits for a task that stays, for ever if there is none. */
  'application.start': async (input, { dokploy, hang }) => {
    const row = dokploy.application(input['applicationId']);
    const engine = dokploy.engine(row.serverId);
    if (!engine.services.has(row.appName)) throw failed(`Error: No such service: ${row.appName}`);
    engine.scale(row.appName, 1);
    await engine.services.get(row.appName)?.work;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    if (engine.services.get(row.appName)?.tasks[0]?.state !== 'Running') return hang();
    row.applicationStatus = 'done';
    return toWhole(dokploy, row);
  },

  /** The row goes, waiting jobs go, the service goes; an active job makes it anew. Volumes stay. */
  'application.delete': (input, { dokploy }) => {
    const row = dokploy.application(input['applicationId']);
    const whole = toWhole(dokploy, row);
    remove(dokploy.rows.applications, (candidate) => candidate === row);
    remove(dokploy.rows.mounts, ({ applicationId }) => applicationId === row.applicationId);
    remove(dokploy.rows.deployments, ({ applicationId }) => applicationId === row.applicationId);
    dokploy.queue(row.serverId).clean(row.applicationId);
    dokploy.engine(row.serverId).removeService(row.appName);
    return whole;
  },

  'application.cleanQueues': (input, { dokploy }) => {
    const row = dokploy.application(input['applicationId']);
    dokploy.queue(row.serverId).clean(row.applicationId);
    return empty;
  },

  'application.cancelDeployment': () => {
    throw badRequest('Deployment cancellation only available in cloud version');
  },

  'application.search': (_input, { dokploy }) => {
    const all = dokploy.rows.applications;
    return { items: all.slice(0, Math.floor(all.length * searchedShare)), total: all.length };
  },

  'application.readLogs': (input, { dokploy }) => {
    const row = dokploy.application(input['applicationId']);
    const service = dokploy.engine(row.serverId).services.get(row.appName);
    if (service === undefined) throw failed(`No container or service found for: ${row.appName}`);
    const running = service.tasks.find(({ state }) => state === 'Running');
    const lines = (running ? [running] : service.tasks)
      .flatMap((task) => task.lines)
      .toSorted((a, b) => a.at.localeCompare(b.at))
      .map(({ at, text }) => `${at} ${text}`);
    return lines
      .slice(-Number(input['tail'] ?? 100))
      .map((line) => `${line}\n`)
      .join('');
  },

  'application.readAppMonitoring': () => ({ cpu: [], memory: [], disk: [], network: [], block: [] }),
};

function enqueue(dokploy: Dokploy, input: Input, type: 'deploy' | 'redeploy'): typeof empty {
  const row = dokploy.application(input['applicationId']);
  const title = (input['title'] as string | undefined) ?? 'Manual deployment';
  dokploy.queue(row.serverId).add(row.applicationId, title, type);
  return empty;
}

function newApplication(input: Input, serverId: string | null): Application {
  return {
    applicationId: toId(),
    appName: toAppName(input['appName'] as string | undefined),
    environmentId: String(input['environmentId']),
    serverId,
    createdAt: new Date().toISOString(),
    refreshToken: toId(),
    name: String(input['name']),
    description: (input['description'] as string | null | undefined) ?? null,
    sourceType: (input['sourceType'] as string | undefined) ?? 'github',
    dockerImage: null,
    username: null,
    password: null,
    registryUrl: null,
    registryId: null,
    env: null,
    memoryLimit: null,
    cpuLimit: null,
    replicas: 1,
    command: null,
    args: [],
    restartPolicySwarm: null,
    updateConfigSwarm: null,
    placementSwarm: null,
    labelsSwarm: null,
    networkSwarm: null,
    stopGracePeriodSwarm: null,
    ulimitsSwarm: null,
    endpointSpecSwarm: null,
    networkIds: null,
    detachDokployNetwork: false,
    applicationStatus: 'idle',
  };
}

/** With everything in clear text, as Dokploy answers it. Deployments come in no order. */
function toWhole({ rows }: Dokploy, row: Application): object {
  const environment = rows.environments.find(({ environmentId }) => environmentId === row.environmentId);
  return {
    ...row,
    environment: {
      ...environment,
      project: rows.projects.find(({ projectId }) => projectId === environment?.projectId),
    },
    mounts: rows.mounts.filter(({ applicationId }) => applicationId === row.applicationId),
    deployments: rows.deployments
      .filter(({ applicationId }) => applicationId === row.applicationId)
      .map(({ log: _log, ...deployment }) => deployment)
      .toSorted((a, b) => a.deploymentId.localeCompare(b.deploymentId)),
    domains: [],
    ports: [],
    redirects: [],
    security: [],
    server: null,
    registry: null,
  };
}

function failed(message: string): ApiError {
  return new ApiError('INTERNAL_SERVER_ERROR', message);
}
