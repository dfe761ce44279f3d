import type { AgentRequestAnswer } from '@codex-webapp/contracts';
import type { PermissionAsk, QuestionAsk } from '../agents/agent-driver.ts';
import type { TurnRecorder } from './turn-recorder.ts';

type ClosingReason = 'answered' | 'withdrawn' | 'expired';

interface PendingRequest {
  readonly resolve: (answer: AgentRequestAnswer | null) => void;
}

/** What the agent of the running turn waits for. Every request ends in exactly one `agent_request.closed`. */
export class AgentRequests {
  private readonly pending = new Map<string, PendingRequest>();
  private isClosed = false;

  constructor(private readonly recorder: TurnRecorder) {}

  /** Resolves with the answer, or null when the request was closed without one. */
  async ask(request: PermissionAsk | QuestionAsk): Promise<AgentRequestAnswer | null> {
    if (this.isClosed) return null;
    const answered = new Promise<AgentRequestAnswer | null>((resolve) => {
      this.pending.set(request.agentRequestId, { resolve });
    });
    await this.recorder.emit(request);
    return answered;
  }

  /** Gives an answer to who waits for it. A second one, or one for a stranger, changes nothing. */
  async answer(agentRequestId: string, answer: AgentRequestAnswer): Promise<void> {
    const request = this.pending.get(agentRequestId);
    if (!request) return;
    await this.close(agentRequestId, 'answered');
    request.resolve(answer);
  }

  /** Nobody will answer any more. Who waits knows at once, also while the disk has no room for saying so. */
  async closeAll(reason: Exclude<ClosingReason, 'answered'>): Promise<void> {
    this.isClosed = true;
    const open = [...this.pending];
    const told = open.map(([agentRequestId]) => this.close(agentRequestId, reason));
    for (const [, request] of open) request.resolve(null);
    await Promise.all(told);
  }

  private async close(agentRequestId: string, reason: ClosingReason): Promise<void> {
    this.pending.delete(agentRequestId);
    await this.recorder.emit({ type: 'agent_request.closed', agentRequestId, reason });
  }
}
