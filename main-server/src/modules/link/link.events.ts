/** Facts about links. `connected` is announced after the container's hello, when prompts can be sent. */
export const linkEvents = {
  connected: 'link.connected',
  disconnected: 'link.disconnected',
  promptRepeated: 'link.prompt_repeated',
} as const;

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

/** The container was sent a prompt that it had run before, and has nothing more to say about that turn. */
export interface PromptRepeated {
  readonly sessionId: string;
  readonly promptId: string;
  readonly turnId: string;
}
