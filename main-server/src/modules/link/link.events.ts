import type { AgentControls, PreparationReport } from '@codex-webapp/contracts';
import type { Link } from './link.ts';

/** Facts about links. `connected` is announced after the container's hello, when prompts can be sent. */
export const linkEvents = {
  connected: 'link.connected',
  disconnected: 'link.disconnected',
  promptRepeated: 'link.prompt_repeated',
  controlsReported: 'link.controls_reported',
  preparationReported: 'link.preparation_reported',
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

/** An agent of the container told what can be chosen of it. */
export interface ControlsReported {
  readonly sessionId: string;
  readonly controls: AgentControls;
}

/** The container told how far the preparation of its workspace is. */
export interface PreparationReported {
  readonly link: Link;
  readonly report: PreparationReport;
}

/** The container was sent a prompt that it had run before, and has nothing more to say about that turn. */
export interface PromptRepeated {
  readonly sessionId: string;
  readonly promptId: string;
  readonly turnId: string;
}
