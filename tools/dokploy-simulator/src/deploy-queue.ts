import { randomUUID } from 'node:crypto';

export interface Job {
  readonly id: string;
  readonly applicationId: string;
  readonly title: string;
  readonly type: 'deploy' | 'redeploy';
  readonly timestamp: number;
  state: 'waiting' | 'active';
}

/** Jobs one after the other, in memory: a restart of Dokploy forgets them. */
export class DeployQueue {
  readonly jobs: Job[] = [];
  private isRunning = false;
  private life = 0;

  constructor(private readonly work: (job: Job, isAlive: () => boolean) => Promise<void>) {}

  add(applicationId: string, title: string, type: Job['type']): void {
    this.jobs.push({
      id: randomUUID(),
      applicationId,
      title,
      type,
      timestamp: Date.now(),
      state: 'waiting',
    });
    void this.run();
  }

  /** Only what waits: the active one goes on. */
  clean(applicationId: string): void {
    for (let index = this.jobs.length - 1; index >= 0; index -= 1) {
      const job = this.jobs[index];
      if (job?.applicationId === applicationId && job.state === 'waiting') this.jobs.splice(index, 1);
    }
  }

  forget(): void {
    this.life += 1;
    this.jobs.length = 0;
    this.isRunning = false;
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    const { life } = this;
    for (let job = this.jobs[0]; job !== undefined && life === this.life; job = this.jobs[0]) {
      job.state = 'active';
      await this.work(job, () => life === this.life);
      if (life === this.life) this.jobs.splice(this.jobs.indexOf(job), 1);
    }
    if (life === this.life) this.isRunning = false;
  }
}
