/** Facts about links. `connected` is announced after the container's hello, when prompts can be sent. */
export const linkEvents = { connected: 'link.connected', disconnected: 'link.disconnected' } as const;

export interface LinkConnected {
  readonly sessionId: string;
  readonly generation: number;
  /** The turn the container says it is running. */
  readonly runningTurnId: string | null;
}

export interface LinkDisconnected {
  readonly sessionId: string;
  readonly generation: number;
}
