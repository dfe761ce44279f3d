import { z } from 'zod';

/** What Dokploy answers, as far as we look at it. Secrets that come along are dropped by not being named. */

export const projectList = z.array(
  z.object({ projectId: z.string(), name: z.string(), createdAt: z.string().catch('') }),
);

/** One app of a listing; it says neither its limits nor its environment. */
export const listedApp = z.object({
  applicationId: z.string(),
  appName: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  createdAt: z.string(),
  serverId: z.string().nullish(),
});
export type ListedApp = z.infer<typeof listedApp>;

export const projectWithApps = z.object({
  environments: z.array(
    z.object({
      environmentId: z.string(),
      name: z.string(),
      isDefault: z.boolean().catch(false),
      applications: z.array(listedApp),
    }),
  ),
});
export type ProjectWithApps = z.infer<typeof projectWithApps>;

export const createdApp = z.object({ applicationId: z.string(), appName: z.string(), createdAt: z.string() });

export const wholeApp = z.object({
  applicationId: z.string(),
  appName: z.string(),
  serverId: z.string().nullish(),
  dockerImage: z.string().nullish(),
  env: z.string().nullish(),
  memoryLimit: z.string().nullish(),
  cpuLimit: z.string().nullish(),
  replicas: z.number(),
  networkIds: z.array(z.string()).nullish(),
  detachDokployNetwork: z.boolean().nullish(),
  placementSwarm: z.object({ Constraints: z.array(z.string()).nullish() }).nullish(),
  mounts: z.array(
    z.object({
      mountId: z.string(),
      type: z.string(),
      volumeName: z.string().nullish(),
      mountPath: z.string(),
    }),
  ),
  deployments: z.array(z.object({ status: z.string() })),
});
export type WholeApp = z.infer<typeof wholeApp>;

export const deploymentList = z.array(
  z.object({ deploymentId: z.string(), title: z.string(), status: z.string(), createdAt: z.string() }),
);

export const queuedJobs = z.array(
  z.object({
    data: z.object({ applicationId: z.string().nullish(), titleLog: z.string().nullish() }),
    state: z.string(),
  }),
);

export const taskList = z.array(
  z.object({
    containerId: z.string(),
    state: z.string(),
    currentState: z.string(),
    node: z.string(),
    error: z.string(),
  }),
);

export const containerList = z.array(
  z.object({ containerId: z.string(), name: z.string(), state: z.string() }),
);

/** Nothing when the container is not there. */
export const containerConfig = z
  .object({
    Created: z.string().nullish(),
    State: z.object({ OOMKilled: z.boolean().catch(false) }),
  })
  .nullish();

/** Nothing when the engine's command line failed. */
export const serviceList = z.array(z.object({ Name: z.string(), Replicas: z.string() })).nullish();

/** Nothing when the engine's command line failed. */
export const nodeList = z
  .array(
    z.object({
      ID: z.string(),
      Hostname: z.string(),
      Status: z.string(),
      Availability: z.string(),
      Self: z.union([z.boolean(), z.string()]).nullish(),
    }),
  )
  .nullish();

export const clusterNodes = z.array(
  z.object({
    ID: z.string(),
    Spec: z.object({
      Role: z.string().nullish(),
      Availability: z.string().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
    }),
    Description: z.object({ Hostname: z.string().nullish() }).nullish(),
    Status: z.object({ State: z.string().nullish() }).nullish(),
  }),
);

export const networkList = z.array(z.object({ networkId: z.string(), name: z.string() }));
export const volumeList = z.array(z.object({ Name: z.string() }));
export const serverList = z.array(z.object({ serverId: z.string(), name: z.string() }));
export const statsList = z.array(
  z.object({
    Name: z.string(),
    CPUPerc: z.string(),
    MemUsage: z.string(),
    NetIO: z.string().catch(''),
    BlockIO: z.string().catch(''),
  }),
);
export const mountList = z.array(
  z.object({
    mountId: z.string(),
    volumeName: z.string().nullish(),
    mountPath: z.string(),
  }),
);
export const versionText = z.string();
export const currentUser = z.object({ role: z.string().nullish() });
export const logText = z.string();
export const anything = z.unknown();
