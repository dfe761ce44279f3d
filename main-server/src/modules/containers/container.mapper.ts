import type { ContainerResponse } from '@codex-webapp/contracts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';

/** Before the first start there is no row. */
export function toContainerResponse(
  session: Pick<Session, 'id' | 'provider'>,
  container: Container | null,
  { isConnected, isOutdated }: Pick<ContainerResponse, 'isConnected' | 'isOutdated'>,
): ContainerResponse {
  return {
    sessionId: session.id,
    provider: container?.provider ?? session.provider,
    status: container?.status ?? 'absent',
    generation: container?.generation ?? 0,
    isConnected,
    reason: container?.reason ?? null,
    steps: container?.steps ?? [],
    startedAt: container?.startedAt ? new Date(container.startedAt).toISOString() : null,
    image: container?.image?.name ?? null,
    isOutdated,
  };
}
