import { Injectable } from '@nestjs/common';
import type { ContainerResponse } from '@codex-webapp/contracts';
import { DataSource } from 'typeorm';
import { LinkRegistry } from '../link/link-registry.ts';
import type { Session } from '../session-state/session.ts';

type ContainerRow = Pick<ContainerResponse, 'status' | 'generation' | 'reason'> & {
  readonly steps: string;
  readonly started_at: number | null;
};

/** A session's container as its row says; asks no backend. */
@Injectable()
export class ContainerStates {
  constructor(
    private readonly dataSource: DataSource,
    private readonly links: LinkRegistry,
  ) {}

  async of(session: Session): Promise<ContainerResponse> {
    const rows: readonly ContainerRow[] = await this.dataSource.query(
      'SELECT status, generation, reason, steps, started_at FROM containers WHERE session_id = ?',
      [session.id],
    );
    const [row] = rows;
    return {
      sessionId: session.id,
      provider: session.provider,
      status: row?.status ?? 'absent',
      generation: row?.generation ?? 0,
      isConnected: this.links.get(session.id) !== null,
      reason: row?.reason ?? null,
      steps: row ? (JSON.parse(row.steps) as ContainerResponse['steps']) : [],
      startedAt: row?.started_at ? new Date(row.started_at).toISOString() : null,
    };
  }
}
