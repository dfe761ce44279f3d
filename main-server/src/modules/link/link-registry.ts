import { Injectable } from '@nestjs/common';
import { closeCodes } from '@codex-webapp/contracts';
import type { Link } from './link.ts';

/** The links that are up: one per session at the most. */
@Injectable()
export class LinkRegistry {
  private readonly links = new Map<string, Link>();

  /** Null while the session's container is not connected. */
  get(sessionId: string): Link | null {
    return this.links.get(sessionId) ?? null;
  }

  list(): readonly Link[] {
    return [...this.links.values()];
  }

  /** Another link of the session has said hello: what the one that is up has not taken in yet comes again over that. */
  retireOthers(link: Link): void {
    const older = this.links.get(link.sessionId);
    if (older !== link) older?.retire();
  }

  /** The newest link is the one: an older one may be a socket whose end nobody noticed. */
  put(link: Link): void {
    const older = this.links.get(link.sessionId);
    this.links.set(link.sessionId, link);
    older?.close(closeCodes.replaced, 'a newer link took over');
  }

  /** False when another link has taken its place. */
  remove(link: Link): boolean {
    if (this.links.get(link.sessionId) !== link) return false;
    return this.links.delete(link.sessionId);
  }
}
