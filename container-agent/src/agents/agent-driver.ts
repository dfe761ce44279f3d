import type {
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
  readonly workspacePath: string;
  readonly permissionMode: PermissionMode;
  /** Aborted when the user interrupts. `run` then ends within a second with the outcome `interrupted`. */
  readonly signal: AbortSignal;

  /** Reports one event. Await it: it resolves later when the outbox is full, so that the agent is slowed, not dropped. */
  emit(event: AgentEvent): Promise<void>;

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
   * Gives the text to the agent within the turn that runs. True once the agent has it, false when it does not and will
   * not get it. Rejects when nobody can know.
   */
  steer(turnId: string, text: string): Promise<boolean>;
}

export function isSteerable(driver: AgentDriver): driver is SteerableDriver {
  return 'steer' in driver;
}
