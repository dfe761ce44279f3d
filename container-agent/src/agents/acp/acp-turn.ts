import type { AgentTurn, TurnResult } from '../agent-driver.ts';
import { Deferred } from '../programs/deferred.ts';
import { type Chosen, toSwitchNotices } from '../programs/switch-notices.ts';
import { declined, toElicitationAnswer, toElicitationAsk } from './acp-elicitations.mapper.ts';
import { toStopReason } from './acp-failures.ts';
import type { AcpProgram } from './acp-program.ts';
import { toPrompt } from './acp-prompt.ts';
import {
  type AcpElicitation,
  type AcpPermissionRequest,
  type AcpPromptAnswer,
  type AcpUpdate,
  promptAnswerSchema,
} from './acp-protocol.ts';
import {
  allow,
  toPermissionAnswer,
  toPermissionAsk,
  toQuestionAnswer,
  toQuestionAsk,
} from './acp-requests.mapper.ts';
import { AcpUpdatesMapper } from './acp-updates.mapper.ts';

type Answer = Readonly<Record<string, unknown>>;

export interface AcpTurnContext {
  readonly program: AcpProgram;
  readonly sessionId: string;
  readonly agentName: string;
  /** What the agent is told. */
  readonly text: string;
}

/** One prompt: what the agent tells becomes events, what it asks is asked. */
export class AcpTurn {
  private readonly mapper: AcpUpdatesMapper;
  private readonly failed = new Deferred<never>();
  private isInterrupted = false;
  private isOver = false;

  constructor(
    private readonly context: AcpTurnContext,
    private readonly turn: AgentTurn,
  ) {
    this.mapper = new AcpUpdatesMapper(turn.turnId, context.agentName, turn.workspacePath);
  }

  /** @throws RequestError, AgentGoneError */
  async run(): Promise<TurnResult> {
    const { program, sessionId, agentName, text } = this.context;
    const prompt = await toPrompt(this.turn, { text, agentName, takesImages: program.takesImages });
    program.beginTurn(this);
    this.offer();
    try {
      const answer = program.connection.request('session/prompt', { sessionId, prompt }, promptAnswerSchema);
      return await this.settle(await Promise.race([answer, this.failed.promise]));
    } finally {
      this.isOver = true;
      program.turn = null;
    }
  }

  /** Makes `run` end soon, if the agent answers at all. */
  interrupt(): void {
    this.isInterrupted = true;
    this.mapper.toolCalls.interrupt();
    this.context.program.connection.notify('session/cancel', { sessionId: this.context.sessionId });
  }

  offer(): void {
    this.turn.offer(this.context.program.controls.toOffer());
  }

  async onUpdate(update: AcpUpdate): Promise<void> {
    if (this.isOver) return;
    for (const event of this.mapper.toEvents(update)) await this.turn.emit(event);
  }

  async onSwitch(before: Chosen, after: Chosen): Promise<void> {
    if (this.isOver) return;
    for (const event of toSwitchNotices(this.context.agentName, before, after)) await this.turn.emit(event);
  }

  async onPermissionRequest(request: AcpPermissionRequest): Promise<Answer> {
    const question = toQuestionAsk(request);
    if (question) return toQuestionAnswer(request, await this.turn.ask(question));
    const asked = this.mapper.toolCalls.ask(request.toolCall);
    if (this.turn.permissionMode === 'full-auto') return allow(request);
    const answer = await this.turn.ask(toPermissionAsk(this.context.agentName, request, asked));
    const permission = toPermissionAnswer(request, answer);
    if (!permission.isAllowed && answer) {
      for (const event of this.mapper.toolCalls.decline(asked.call)) await this.turn.emit(event);
    }
    return permission.answer;
  }

  async onElicitation(request: AcpElicitation): Promise<Answer> {
    const ask = toElicitationAsk(request);
    return ask ? toElicitationAnswer(request, await this.turn.ask(ask)) : declined;
  }

  /** What went wrong on our side ends the turn: nobody would tell what the agent says any more. */
  fail(error: unknown): void {
    this.failed.reject(error);
  }

  private async settle(answer: AcpPromptAnswer): Promise<TurnResult> {
    const wasStopped = this.isInterrupted || answer.stopReason === 'cancelled';
    if (wasStopped) await this.context.program.endCommands();
    for (const event of this.mapper.toLastEvents(answer)) await this.turn.emit(event);
    for (const event of this.mapper.toolCalls.endRunning(wasStopped ? 'interrupted' : 'completed')) {
      await this.turn.emit(event);
    }
    if (this.isInterrupted) return { outcome: 'interrupted' };
    const { agentName } = this.context;
    if (wasStopped) return { outcome: 'interrupted', reason: `${agentName} stopped the turn.` };
    const reason = toStopReason(answer.stopReason, agentName);
    return reason === null ? { outcome: 'completed' } : { outcome: 'failed', reason };
  }
}
