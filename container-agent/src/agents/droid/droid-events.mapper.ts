import type { AgentEvent } from '../agent-driver.ts';
import { notice } from '../programs/notice.ts';
import { toRetryNotice } from './droid-failures.ts';
import { parsePlan } from './droid-plan.ts';
import type {
  DroidBlock,
  DroidNotification,
  DroidNotificationOf,
  DroidTokens,
  DroidToolUse,
} from './droid-protocol.ts';
import { DroidTextStreams } from './droid-text-streams.ts';
import { toToolEnded, toToolStarted } from './droid-tools.mapper.ts';

/** Turns what droid says during one turn into our events. Does no I/O. */
export class DroidEventsMapper {
  private readonly texts = new DroidTextStreams();
  /** Inputs as far as they came: a call is told again and again while the model writes it. */
  private readonly calls = new Map<string, DroidToolUse>();
  /** Tool calls that began and did not end, with the output they were shown to have. */
  private readonly running = new Map<string, string>();
  private readonly begun = new Set<string>();
  private readonly rejected = new Set<string>();
  private contextTokens: number | null = null;
  private lastRetryNotice = '';
  private isInterrupted = false;
  /** The last thing droid told the user and not the model: the cause, when the turn fails. */
  private remark = '';
  private error = '';

  constructor(
    private readonly workspacePath: string,
    /** Null where droid does not tell. */
    private readonly contextWindow: () => number | null = () => null,
  ) {}

  /** What went wrong, in droid's words. */
  get lastError(): string {
    return this.error || this.remark;
  }

  toEvents(notification: DroidNotification): readonly AgentEvent[] {
    switch (notification.type) {
      case 'assistant_text_delta':
        return this.append('message', notification);
      case 'thinking_text_delta':
        return this.append('thought', notification);
      case 'create_message':
        return this.messageCreated(notification.message);
      case 'tool_call':
        this.calls.set(notification.toolUse.id, notification.toolUse);
        return [];
      case 'tool_progress_update':
        return this.progressed(notification);
      case 'tool_result':
        return this.toolEnded(notification);
      case 'session_token_usage_changed':
        this.lastRetryNotice = '';
        return [this.toUsage(notification.tokenUsage, notification.lastCallTokenUsage)];
      case 'llm_retry':
        return this.retried(toRetryNotice(notification.reason));
      case 'assistant_message_retracted':
        this.texts.expectRepetition();
        return [];
      case 'session_compacted':
        return [notice('info', 'Droid summed up the conversation so far, to make room.')];
      case 'error':
        this.error = notification.message;
        return [];
      case 'settings_updated':
      case 'queued_messages_discarded':
      case 'session_title_updated':
        return [];
      case 'agent_turn_completed': {
        // What is told in between may come too late.
        const { cumulativeTokenUsage: tokens } = notification;
        return tokens ? [this.toUsage(tokens)] : [];
      }
    }
  }

  /** Begins a call that asks for permission before droid says that it runs. */
  start(toolUse: DroidToolUse): readonly AgentEvent[] {
    if (this.begun.has(toolUse.id)) return [];
    this.begun.add(toolUse.id);
    this.calls.set(toolUse.id, toolUse);
    const plan = toolUse.name === 'TodoWrite' ? parsePlan(toolUse.input['todos']) : null;
    if (plan) return [{ type: 'plan.updated', entries: plan }];
    const started = toToolStarted(toolUse, this.workspacePath);
    if (!started) return [];
    this.running.set(toolUse.id, '');
    return [started];
  }

  /** From now on a call that ends badly was ended by the user's answer. */
  reject(toolUseIds: readonly string[]): void {
    for (const id of toolUseIds) this.rejected.add(id);
  }

  /** From now on a call that ends badly was ended by the interruption. */
  interrupt(): void {
    this.isInterrupted = true;
  }

  /** Closes what the end of the turn leaves open. */
  endRunning(status: 'completed' | 'interrupted'): readonly AgentEvent[] {
    const ids = [...this.running.keys()];
    this.running.clear();
    return ids.map((toolCallId) => ({ type: 'tool.ended', toolCallId, status }));
  }

  private append(
    kind: 'message' | 'thought',
    { messageId, blockIndex, textDelta }: DroidNotificationOf<'assistant_text_delta' | 'thinking_text_delta'>,
  ): readonly AgentEvent[] {
    return this.texts.append(kind, messageId, blockIndex, textDelta);
  }

  private messageCreated({
    id,
    role,
    content,
    visibility,
  }: DroidNotificationOf<'create_message'>['message']): readonly AgentEvent[] {
    if (visibility === 'llm_only') return [];
    if (role === 'assistant') return content.flatMap((block, index) => this.blockCompleted(id, index, block));
    if (role === 'system')
      this.remark = content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
    return [];
  }

  private blockCompleted(messageId: string, index: number, block: DroidBlock): readonly AgentEvent[] {
    switch (block.type) {
      case 'text':
        return this.texts.complete('message', messageId, index, block.text);
      case 'thinking':
        return this.texts.complete('thought', messageId, index, block.thinking);
      case 'tool_use':
        return this.start(block);
      case 'other':
        return [];
    }
  }

  private progressed({
    toolUseId,
    update: { fullOutput = '' },
  }: DroidNotificationOf<'tool_progress_update'>): readonly AgentEvent[] {
    const shown = this.running.get(toolUseId);
    // Of a long output droid drops the beginning; the end of the call tells the whole.
    if (shown === undefined || fullOutput === shown || !fullOutput.startsWith(shown)) return [];
    this.running.set(toolUseId, fullOutput);
    return [{ type: 'tool.delta', toolCallId: toolUseId, text: fullOutput.slice(shown.length) }];
  }

  /** Of a cancelled call the result comes twice. */
  private toolEnded(result: DroidNotificationOf<'tool_result'>): readonly AgentEvent[] {
    const toolUse = this.calls.get(result.toolUseId);
    if (!toolUse) return [];
    const started = this.start(toolUse);
    this.calls.delete(toolUse.id);
    if (!this.running.delete(toolUse.id)) return started;
    const toolCallId = toolUse.id;
    if (result.isError && this.rejected.has(toolCallId)) {
      return [...started, { type: 'tool.ended', toolCallId, status: 'declined' }];
    }
    if (result.isError && this.isInterrupted) {
      return [...started, { type: 'tool.ended', toolCallId, status: 'interrupted' }];
    }
    return [...started, toToolEnded(toolUse, result, this.workspacePath)];
  }

  private toUsage(session: DroidTokens, last?: DroidTokens): AgentEvent {
    if (last) this.contextTokens = inputOf(last) + last.outputTokens;
    const contextWindow = this.contextWindow();
    return {
      type: 'usage.updated',
      inputTokens: inputOf(session),
      outputTokens: session.outputTokens,
      ...(this.contextTokens === null ? {} : { contextTokens: this.contextTokens }),
      ...(contextWindow === null ? {} : { contextWindow }),
    };
  }

  private retried(text: string): readonly AgentEvent[] {
    this.texts.expectRepetition();
    if (text === this.lastRetryNotice) return [];
    this.lastRetryNotice = text;
    return [notice('warning', text)];
  }
}

/** Droid counts what came from the model's cache beside the input. */
function inputOf({ inputTokens, cacheReadTokens, cacheCreationTokens }: DroidTokens): number {
  return inputTokens + cacheReadTokens + cacheCreationTokens;
}
