import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, DomainError, frontDoorHeader, signFrontDoorRequest } from '@codex-webapp/nest-kit';
import type { HeaderList } from './container-headers.ts';
import { containerLimitsToken, previewLimits, type ContainerLimits } from './container-limits.ts';
import type { Guest, HostedPreview } from './session-guests.ts';
import { withoutTickets } from './session-routes.ts';
import { TunnelRegistry } from './tunnel/tunnel-registry.ts';

/** What a page of ours loads from its container: data and pictures, never a part of the page. */
const destinations: ReadonlySet<string> = new Set(['empty', 'document', 'iframe', 'image', 'audio', 'video']);

/** Builds every request that goes to a container, first tries, repeated ones and upgrades alike. */
@Injectable()
export class ContainerRequests {
  constructor(
    private readonly tunnels: TunnelRegistry,
    private readonly clock: Clock,
    @Inject(containerLimitsToken) private readonly limits: ContainerLimits,
  ) {}

  /** Signed, and with `headers` alone. @throws container.unreachable */
  open(request: IncomingMessage, { session }: Guest, headers: HeaderList) {
    const { agent, key } = this.tunnels.get(session.id);
    const method = request.method ?? 'GET';
    const path = withoutTickets(request.url ?? '/');
    const proof = signFrontDoorRequest(key, { method, path }, this.clock.now());
    return httpRequest({
      agent,
      method,
      path,
      headers: [...headers, frontDoorHeader, proof],
      setHost: false,
      maxHeaderSize: this.limits.headerMaxBytes,
    });
  }

  /** To a port of the container, as it came. @throws container.unreachable */
  openPort(request: IncomingMessage, { session }: Guest<HostedPreview>, headers: HeaderList) {
    return httpRequest({
      agent: this.tunnels.get(session.id).agentOf(session.port),
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers,
      setHost: false,
      maxHeaderSize: previewLimits.headerMaxBytes,
    });
  }

  /** @throws origin.forbidden for what would make a container's bytes a part of our page, request.too_large */
  assertAllowed({ headers }: IncomingMessage): void {
    const destination = headers['sec-fetch-dest'] ?? 'empty';
    if (headers['service-worker'] !== undefined || !destinations.has(destination)) {
      throw new DomainError('origin.forbidden', { message: 'Files of a session are not parts of its page.' });
    }
    if (Number(headers['content-length'] ?? 0) > this.limits.requestBodyMaxBytes) throw bodyTooLarge();
  }
}

export function bodyTooLarge(): DomainError {
  return new DomainError('request.too_large', { message: 'The body is too large.' });
}

export function badContainerAnswer(cause?: unknown): DomainError {
  return new DomainError('container.unreachable', {
    message: "The session's container gave no answer that can be used. Try again, or restart the container.",
    cause,
  });
}
