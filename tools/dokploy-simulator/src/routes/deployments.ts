import { notFound } from '../api-error.ts';
import type { Routes } from './route.ts';

export const deploymentRoutes: Routes = {
  'deployment.all': (input, { dokploy }) => {
    const { applicationId } = dokploy.application(input['applicationId']);
    return dokploy.deploymentsOf(applicationId).map(({ log: _log, ...deployment }) => deployment);
  },

  'deployment.queueList': (_input, { dokploy }) =>
    dokploy.jobs().map((job) => ({
      id: job.id,
      name: 'deployments',
      data: { applicationId: job.applicationId, titleLog: job.title, type: job.type },
      timestamp: job.timestamp,
      state: job.state,
      servicePath: null,
    })),

  'deployment.readLogs': (input, { dokploy }) => {
    const deployment = dokploy.rows.deployments.find(
      ({ deploymentId }) => deploymentId === input['deploymentId'],
    );
    if (deployment === undefined) throw notFound('Deployment');
    return deployment.log.split('\n').slice(-Number(input['tail'])).join('\n');
  },
};
