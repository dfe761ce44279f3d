import { Logger } from '@nestjs/common';
import type Docker from 'dockerode';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type { ContainerStats } from '../container-provider.ts';
import type { DiskWatch } from './disk-watch.ts';
import type { DockerNames } from './docker-names.ts';
import { statsAnswerSchema, toUse } from './docker-stats-answer.ts';
import { isAbsent, isConflict, toProviderError } from './docker.errors.ts';

/** Engines up to 20.10 answer each question with what they count next, up to a second later. */
const askedAtOnce = 32;
const timeoutMs = 5_000;

/** What containers use, asked for one by one, since the engine has no list of it. */
export class DockerStats {
  private readonly logger = new Logger(DockerStats.name);

  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
    private readonly disk: DiskWatch,
  ) {}

  /** @throws ContainerProviderError when the engine does not answer */
  async read(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    this.disk.measureSoon();
    const found: ContainerStats[] = [];
    const waiting = sessionIds[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const sessionId of waiting) found.push(await this.readOne(sessionId));
    };
    await Promise.all(Array.from({ length: askedAtOnce }, work));
    return found;
  }

  private async readOne(sessionId: string): Promise<ContainerStats> {
    const disk = this.disk.useOf(sessionId);
    const files = disk === null ? {} : { disk };
    try {
      const container = this.docker.getContainer(this.names.ofSession(sessionId));
      // The typings know neither the signal nor that the answer has to be looked at.
      const options = {
        stream: false,
        'one-shot': true,
        abortSignal: AbortSignal.timeout(timeoutMs),
      } as const;
      const answer: unknown = await container.stats(options);
      return { sessionId, ...toUse(statsAnswerSchema.parse(answer)), ...files };
    } catch (error) {
      if (isAbsent(error) || isConflict(error)) return { sessionId, ...files };
      const problem = toProviderError(error);
      if (problem instanceof ContainerProviderError && problem.reason === 'unreachable') throw problem;
      // One that cannot tell keeps nobody from the figures of the others.
      this.logger.warn({ msg: 'A container does not tell what it uses', sessionId, err: problem });
      return { sessionId, ...files };
    }
  }
}
