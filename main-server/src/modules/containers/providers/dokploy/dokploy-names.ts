import type { ListedApp } from './dokploy-answers.ts';

/** What an app of ours says of itself. */
export interface AppMark {
  readonly sessionId: string;
  /** Of what was written into it last; 0 before that. */
  readonly generation: number;
}

const pattern =
  /^codex-webapp instance=(?<instance>\S+) session=(?<session>\S+) generation=(?<generation>\d+)$/;

/** How what we make in Dokploy is named and found again. Dokploy's own ids are random, and names are not unique there. */
export class DokployNames {
  constructor(private readonly instanceId: string) {}

  /**
   * One name for a session's app, network and volume. 52 letters at most, since Dokploy appends seven to the name of the
   * service and a host name has 63.
   */
  ofSession(sessionId: string): string {
    return `${this.prefix}${sessionId}`;
  }

  /** Null for a name that is not one of ours. */
  sessionOf(name: string): string | null {
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : null;
  }

  describe({ sessionId, generation }: AppMark): string {
    return `codex-webapp instance=${this.instanceId} session=${sessionId} generation=${generation}`;
  }

  /** Null for an app that is not ours; one of another installation is not. */
  read({ description }: Pick<ListedApp, 'description'>): AppMark | null {
    const { instance, session, generation } = pattern.exec(description ?? '')?.groups ?? {};
    if (instance !== this.instanceId || session === undefined) return null;
    return { sessionId: session, generation: Number(generation) };
  }

  /** A deployment is found again by its title alone. */
  titleOf(generation: number, attempt: number): string {
    return `codex-webapp generation ${generation} attempt ${attempt}`;
  }

  /** Null for the title of another generation's deployment, or of none of ours. */
  attemptOf(title: string, generation: number): number | null {
    const [, attempt] = /^codex-webapp generation \d+ attempt (\d+)$/.exec(title) ?? [];
    return attempt !== undefined && title === this.titleOf(generation, Number(attempt))
      ? Number(attempt)
      : null;
  }

  labelsOf({ sessionId, generation }: AppMark): Readonly<Record<string, string>> {
    return {
      'codex-webapp.instance': this.instanceId,
      'codex-webapp.session': sessionId,
      'codex-webapp.generation': String(generation),
    };
  }

  private get prefix(): string {
    return `cw-${this.instanceId.replaceAll('-', '').slice(0, 12)}-`;
  }
}
