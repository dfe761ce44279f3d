import { randomUUID } from 'node:crypto';

/** Labels on everything we make. What lacks ours is foreign and never touched. */
export const labels = {
  instance: 'codex-webapp.instance',
  session: 'codex-webapp.session',
  generation: 'codex-webapp.generation',
  /** On what is no session itself: `router`, `probe`, `archive`. */
  role: 'codex-webapp.role',
  /** What it was made from; another value means that it has to be made anew. */
  plan: 'codex-webapp.plan',
  /** Whose files it reads. */
  archiveOf: 'codex-webapp.archive-of',
} as const;

/**
 * On every container of ours: Compose labels the images it builds, containers inherit that, and Compose takes whatever
 * carries it for its own. `--remove-orphans` might remove sessions.
 */
export const noComposeLabels = {
  'com.docker.compose.project': '',
  'com.docker.compose.service': '',
} as const;

export class DockerNames {
  constructor(private readonly instanceId: string) {}

  /** One name for the container, the volume and the network of a session, so that a repeated create meets the first one. */
  ofSession(sessionId: string): string {
    return `cw-${this.short}-${sessionId}`;
  }

  /** Of a container that reads a session's files; there may be several. */
  archiveOf(sessionId: string): string {
    return `${this.ofSession(sessionId)}-archive-${randomUUID().slice(0, 8)}`;
  }

  /** The network through which the router of the sessions' networks reaches everything else. */
  get network(): string {
    return `cw-${this.short}`;
  }

  get router(): string {
    return `cw-${this.short}-router`;
  }

  get probe(): string {
    return `cw-${this.short}-probe`;
  }

  /** Engines may hold several installations; the whole id is in the label. */
  private get short(): string {
    return this.instanceId.replaceAll('-', '').slice(0, 12);
  }

  labelsOf(sessionId: string): Record<string, string> {
    return { [labels.instance]: this.instanceId, [labels.session]: sessionId };
  }

  /** For what serves all sessions, and is none itself. */
  labelsOfRole(role: 'router' | 'probe'): Record<string, string> {
    return { [labels.instance]: this.instanceId, [labels.role]: role };
  }

  labelsOfArchive(sessionId: string): Record<string, string> {
    return {
      [labels.instance]: this.instanceId,
      [labels.role]: 'archive',
      [labels.archiveOf]: sessionId,
    };
  }

  isOurs(found: Readonly<Record<string, string>> | undefined): boolean {
    return found?.[labels.instance] === this.instanceId;
  }

  get instance(): string {
    return this.instanceId;
  }

  /** For the engine's lists and events. */
  get filter(): string {
    return `${labels.instance}=${this.instanceId}`;
  }
}
