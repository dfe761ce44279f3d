/** Labels on everything we make. What lacks ours is foreign and never touched. */
export const labels = {
  instance: 'codex-webapp.instance',
  session: 'codex-webapp.session',
  generation: 'codex-webapp.generation',
} as const;

export class DockerNames {
  constructor(private readonly instanceId: string) {}

  /** One name for the container and the volume of a session, so that a repeated create meets the first one. */
  ofSession(sessionId: string): string {
    return `cw-${this.short}-${sessionId}`;
  }

  get network(): string {
    return `cw-${this.short}`;
  }

  /** Engines may hold several installations; the whole id is in the label. */
  private get short(): string {
    return this.instanceId.replaceAll('-', '').slice(0, 12);
  }

  labelsOf(sessionId: string): Record<string, string> {
    return { [labels.instance]: this.instanceId, [labels.session]: sessionId };
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
