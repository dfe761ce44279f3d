import type {
  AgentControls,
  AgentRequestAnswer,
  AgentSummary,
  PermissionMode,
  TurnEvent,
  TurnEventOf,
  TurnOutcome,
} from '@codex-webapp/contracts';

type WithoutTurn<T> = T extends TurnEvent ? Omit<T, 'turnId'> : never;

/** What a driver reports. The turn's start and end, and the closing of what it asked, are the turn service's to say. */
export type AgentEvent = WithoutTurn<
  Exclude<
    TurnEvent,
    {
      type:
        'turn.started' | 'turn.ended' | 'agent_request.closed' | 'permission.requested' | 'question.asked';
    }
  >
>;

export type PermissionAsk = WithoutTurn<TurnEventOf<'permission.requested'>>;
export type QuestionAsk = WithoutTurn<TurnEventOf<'question.asked'>>;

/** One turn, as the driver sees it. */
export interface AgentTurn {
  readonly turnId: string;
  readonly text: string;
  /** What others were asked while the agent was not there, to be read before the text; null when nothing was. */
  readonly transcript: string | null;
  /** Whether the agent has answered in this session before, and so has a conversation to go on with. */
  readonly isContinued: boolean;
  readonly workspacePath: string;
  readonly permissionMode: PermissionMode;
  /** As the agent calls it; null: what the agent prefers. A model or an effort it does not know fails the turn. */
  readonly model: string | null;
  /** How hard the model may think, as the agent calls it; null: what the agent prefers. */
  readonly effort: string | null;
  /** Absolute paths of images in the workspace that go with the text. */
  readonly imagePaths: readonly string[];
  /** Aborted when the user interrupts. `run` then ends within a second with the outcome `interrupted`. */
  readonly signal: AbortSignal;

  /** Reports one event. Await it: it resolves later when the outbox is full, so that the agent is slowed, not dropped. */
  emit(event: AgentEvent): Promise<void>;

  /** Says what can be chosen of the agent, whenever the agent tells. */
  offer(controls: Omit<AgentControls, 'agent'>): void;

  /** Says what the agent calls the conversation, whenever the agent tells; also after the turn. */
  suggestTitle(title: string): void;

  /**
   * What was said in this session before this turn, for an agent that has lost its own memory of it. Null when nothing
   * was, or when nobody can tell right now.
   */
  recall(): Promise<string | null>;

  /** Asks the user and waits, however long. Null when nobody will answer: the turn was interrupted. */
  ask(request: PermissionAsk | QuestionAsk): Promise<AgentRequestAnswer | null>;
}

export interface TurnResult {
  readonly outcome: TurnOutcome;
  /** For `failed` and `interrupted`: the cause, and what the user can do. */
  readonly reason?: string;
}

export interface AgentAvailability {
  readonly isAvailable: boolean;
  /** Why not, with what to do; null when available. */
  readonly reason: string | null;
}

/** Speaks the protocol of one agent program. Knows nothing of the link, of users or of storage. */
export interface AgentDriver {
  readonly summary: AgentSummary;

  /** Whether the program is here. Cheap: called at every connect. Whether it is logged in shows in its first turn. */
  check(): Promise<AgentAvailability>;

  /**
   * Runs one prompt to its end; one at a time. The conversation goes on from the last turn, also after the program or
   * the container was replaced. What the agent does wrong is a `failed` result, never a rejection.
   */
  run(turn: AgentTurn): Promise<TurnResult>;

  /** Ends the program and everything it started. Resolves when they are gone. A closed driver can run again. */
  close(): Promise<void>;
}

/** An agent that can be told something while it works. */
export interface SteerableDriver extends AgentDriver {
  /**
   * Gives the text, and images by their absolute paths, to the agent within the turn that runs. True once the agent has
   * it, false when it does not and will not get it. Rejects when nobody can know, and with an `AgentSetupError` when it
   * cannot be given at all.
   */
  steer(turnId: string, text: string, imagePaths: readonly string[]): Promise<boolean>;
}

export function isSteerable(driver: AgentDriver): driver is SteerableDriver {
  return 'steer' in driver;
}
