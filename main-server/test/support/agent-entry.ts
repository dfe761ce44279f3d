import path from 'node:path';

/** The built program of container-agent. */
export const agentEntry = path.resolve(
  import.meta.dirname,
  '../../../container-agent',
  process.env.CONTAINER_AGENT_BUILD ?? 'dist',
  'main.js',
);
