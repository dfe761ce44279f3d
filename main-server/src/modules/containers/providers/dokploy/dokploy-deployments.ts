import { ContainerProviderError } from '../container-provider.errors.ts';
import type { OwnApp } from './dokploy-apps.ts';
import { deploymentList, logText, queuedJobs } from './dokploy-answers.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import type { DokployNames } from './dokploy-names.ts';
import { pause, type DokployClient } from './dokploy.client.ts';

export interface DeploymentTimes {
  readonly pollMs: number;
  /** A deployment that shows up nowhere for so long was forgotten by a restart of Dokploy. */
  readonly lostAfterMs: number;
  /** For a pull behind other pulls: Dokploy deploys one app after the other. */
  readonly deployMs: number;
  /** For a deployment under way to end before its app is stopped or deleted. */
  readonly quietMs: number;
}

export interface FollowOptions {
  readonly onDetail: (detail: string) => void;
  readonly signal: AbortSignal | undefined;
}

const attempts = 3;
const shownLogLines = 15;

/** Deployments of apps: asked for once, followed by their titles. */
export class DokployDeployments {
  constructor(
    private readonly client: DokployClient,
    private readonly names: DokployNames,
    private readonly times: DeploymentTimes,
  ) {}

  /**
   * Resolves when a deployment of this generation is done, which means that the swarm has taken the order, and nothing
   * about the container. One that was asked for before, by a call whose answer was lost, is followed and not repeated.
   */
  async deploy(app: OwnApp, generation: number, options: FollowOptions): Promise<void> {
    const known = await this.list(app);
    const titleOf = (attempt: number): string => this.names.titleOf(generation, attempt);
    // The highest, and not how many there are: Dokploy keeps the newest ten alone.
    const last = Math.max(0, ...known.map(({ title }) => this.names.attemptOf(title, generation) ?? 0));
    const isUnderWay = known.some(({ title, status }) => title === titleOf(last) && status === 'running');
    if (isUnderWay && (await this.follow(app, titleOf(last), options)) === 'done') return;
    for (let attempt = last + 1; attempt <= last + attempts; attempt += 1) {
      const title = titleOf(attempt);
      if (!(await this.isQueued(app, title))) await this.request(app, title);
      const end = await this.follow(app, title, options);
      if (end === 'done') return;
      if (end === 'error') throw await this.describeFailure(app, title);
    }
    throw new ContainerProviderError(
      'failed',
      'Dokploy forgot the deployment three times. Check Dokploy itself.',
    );
  }

  /**
   * Resolves when nothing is deploying this app, so that no job brings back what is stopped or deleted afterwards.
   * @throws timed_out when a deployment does not end; nothing was deleted then
   */
  async settle(app: OwnApp): Promise<void> {
    await this.cleanQueue(app);
    const deadline = performance.now() + this.times.quietMs;
    while (await this.isBusy(app)) {
      if (performance.now() > deadline) {
        throw new ContainerProviderError(
          'timed_out',
          'Dokploy is still deploying this session, probably pulling its image. It is stopped as soon as that has ended.',
          { isRetryable: true },
        );
      }
      await pause(this.times.pollMs);
    }
  }

  private async isBusy({ applicationId }: OwnApp): Promise<boolean> {
    const jobs = await this.client.get('deployment.queueList', queuedJobs);
    return jobs.some(({ data }) => data.applicationId === applicationId);
  }

  private async cleanQueue({ applicationId }: OwnApp): Promise<void> {
    try {
      await this.client.post('application.cleanQueues', { applicationId });
    } catch (error) {
      if (!(error instanceof DokployApiError) || !error.isAbsent) throw error;
    }
  }

  private async isQueued({ applicationId }: OwnApp, title: string): Promise<boolean> {
    const jobs = await this.client.get('deployment.queueList', queuedJobs);
    return jobs.some(({ data }) => data.applicationId === applicationId && data.titleLog === title);
  }

  /** Without an answer it is followed like any other: it shows up, or is asked for again. */
  private async request({ applicationId }: OwnApp, title: string): Promise<void> {
    try {
      await this.client.postOnce(
        'application.deploy',
        { applicationId, title },
        deploymentList.optional().catch(undefined),
      );
    } catch (error) {
      if (!(error instanceof DokployApiError) || !error.isUnanswered) throw error;
    }
  }

  private async follow(
    app: OwnApp,
    title: string,
    { onDetail, signal }: FollowOptions,
  ): Promise<'done' | 'error' | 'lost'> {
    const deadline = performance.now() + this.times.deployMs;
    let lostAt = performance.now() + this.times.lostAfterMs;
    for (;;) {
      signal?.throwIfAborted();
      const found = (await this.list(app)).find((row) => row.title === title);
      if (found?.status === 'done' || found?.status === 'error') return found.status;
      if (found?.status === 'cancelled') return 'lost';
      const isWaiting = found === undefined && (await this.isQueued(app, title));
      if (found !== undefined || isWaiting) lostAt = performance.now() + this.times.lostAfterMs;
      if (performance.now() > lostAt) return 'lost';
      if (performance.now() > deadline) {
        throw new ContainerProviderError(
          'timed_out',
          'Dokploy has not finished the deployment. Check its queue.',
          {
            isRetryable: true,
          },
        );
      }
      onDetail(isWaiting ? 'Waiting for other deployments in Dokploy' : 'Dokploy pulls the image');
      await pause(this.times.pollMs);
    }
  }

  private async describeFailure(app: OwnApp, title: string): Promise<ContainerProviderError> {
    const found = (await this.list(app)).find((row) => row.title === title);
    // The row never says why; its log does.
    const log =
      found === undefined
        ? ''
        : await this.client.get('deployment.readLogs', logText, {
            deploymentId: found.deploymentId,
            tail: shownLogLines,
          });
    const isImage = /pull|manifest|denied|no such image/i.test(log);
    const reason = isImage ? 'image_unavailable' : 'failed';
    const advice = isImage
      ? 'Dokploy could not pull the image. Check CONTAINER_IMAGE, and the registry’s user name and password.'
      : 'Dokploy could not deploy the session.';
    return new ContainerProviderError(reason, `${advice}\n${log.trim()}`.trim());
  }

  private list({ applicationId }: OwnApp) {
    return this.client.get('deployment.all', deploymentList, { applicationId });
  }
}
