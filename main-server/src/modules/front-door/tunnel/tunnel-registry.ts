import type { Duplex } from 'node:stream';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { closeCodes } from '@codex-webapp/contracts';
import {
  containerEvents,
  type ContainerChanged,
  type ContainerStopped,
} from '../../containers/container.events.ts';
import { sessionEvents, type SessionRemoved } from '../../session-state/session.events.ts';
import { Tunnel, containerUnreachable } from './tunnel.ts';

/** The tunnel of each connected container. A session has one; a newer one replaces it. */
@Injectable()
export class TunnelRegistry implements OnApplicationShutdown {
  private readonly tunnels = new Map<string, Tunnel>();

  onApplicationShutdown(): void {
    for (const tunnel of this.tunnels.values()) tunnel.close(closeCodes.restarting, 'the server stops');
  }

  add(tunnel: Tunnel): void {
    const { sessionId } = tunnel;
    const older = this.tunnels.get(sessionId);
    this.tunnels.set(sessionId, tunnel);
    tunnel.once('closed', () => {
      if (this.tunnels.get(sessionId) === tunnel) this.tunnels.delete(sessionId);
    });
    older?.close(closeCodes.replaced, 'replaced by a newer tunnel');
  }

  has(sessionId: string): boolean {
    return this.tunnels.has(sessionId);
  }

  /** @throws container.unreachable */
  get(sessionId: string): Tunnel {
    const tunnel = this.tunnels.get(sessionId);
    if (!tunnel) throw containerUnreachable();
    return tunnel;
  }

  /** A TCP connection to a loopback port of the session's container. @throws container.unreachable */
  async connect(sessionId: string, port: number): Promise<Duplex> {
    return this.get(sessionId).connectPort(port);
  }

  /** A newer container was asked for; the token that opened this tunnel is dead. */
  @OnEvent(containerEvents.changed)
  onContainerChanged({ container: { sessionId, generation } }: ContainerChanged): void {
    const tunnel = this.tunnels.get(sessionId);
    if (tunnel && tunnel.generation < generation)
      tunnel.close(closeCodes.revoked, 'the container was replaced');
  }

  @OnEvent(containerEvents.stopped)
  onContainerStopped({ sessionId, generation }: ContainerStopped): void {
    const tunnel = this.tunnels.get(sessionId);
    if (tunnel?.generation === generation) tunnel.close(closeCodes.revoked, 'the container was stopped');
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.tunnels.get(sessionId)?.close(closeCodes.sessionGone, 'the session was deleted');
  }
}
