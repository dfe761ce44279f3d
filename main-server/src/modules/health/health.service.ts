import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { DataSource } from 'typeorm';
import { WorkUnderWay } from '../../common/work-under-way.ts';

export interface HealthResponse {
  readonly status: 'ok';
}

@Injectable()
export class HealthService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly work: WorkUnderWay,
  ) {}

  /** Whether the process runs at all. */
  live(): HealthResponse {
    return { status: 'ok' };
  }

  /** Whether it takes requests: the database answers and no shutdown is under way. @throws server.stopping */
  async ready(): Promise<HealthResponse> {
    if (this.work.isStopping)
      throw new DomainError('server.stopping', { message: 'The server is stopping.' });
    await this.dataSource.query('SELECT 1');
    return { status: 'ok' };
  }
}
