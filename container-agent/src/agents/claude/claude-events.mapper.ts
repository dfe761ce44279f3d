import type { AgentEvent } from '../agent-driver.ts';
import { notice } from '../programs/notice.ts';
import { TextStreams } from '../programs/text-streams.ts';
import { toRetryNotice } from './claude-failures.ts';
import { ClaudePlan } from './claude-plan.ts';
import type { ClaudeMessage, ClaudeMessageOf, ClaudeStreamEvent, ClaudeToolUse } from './claude-protocol.ts';
import { toToolEnded, toToolStarted } from './claude-tools.mapper.ts';
import type { ClaudeUsage } from './claude-usage.ts';

type AssistantMessage = ClaudeMessageOf<'assistant'>;
type UserMessage = ClaudeMessageOf<'user'>;
type RateLimit = ClaudeMessageOf<'rate_limit_event'>['rate_limit_info'];

export interface ClaudeEventsMapperOptions {
  readonly workspacePath: string;
  /** Both belong to the conversation and outlive turns. */
  readonly plan: ClaudePlan;
  readonly usage: ClaudeUsage;
}

/** Turns what Claude Code says during one turn into our events. Does no I/O. */
export class ClaudeEventsMapper {
  private readonly texts = new TextStreams();
  /** Tool calls that began and did not end. */
  private readonly running = new Map<
    string,
    { readonly toolUse: ClaudeToolUse; readonly isShown: boolean }
  >();
  /** The answer that is streamed, and its latest block. */
  private answerId = '';
  private blockId = '';
  /** It began and did not end as a whole: what it has shown may come again. */
  private isAnswerOpen = false;
  /** Why it ends was told. */
  private isAnswerWhole = false;
  private lastNotice = '';
  private isInterrupted = false;

  constructor(private readonly options: ClaudeEventsMapperOptions) {}

  toEvents(message: ClaudeMessage): readonly AgentEvent[] {
    switch (message.type) {
      case 'stream_event':
        // What helpers say goes to the agent, which tells us.
        return message.parent_tool_use_id ? [] : this.streamed(message.event);
      case 'assistant':
        return message.is_api_error_message ? [] : this.answered(message);
      case 'user':
        return [...this.toolEnded(message), ...this.continued(message)];
      case 'rate_limit_event':
        return this.limited(message.rate_limit_info);
      case 'result':
        return this.options.usage.resultTells(message);
      case 'system':
        if (message.subtype === 'api_retry') return this.retried(toRetryNotice(message));
        return message.subtype === 'compact_boundary'
          ? [notice('info', 'Claude Code summed up the conversation so far, to make room.')]
          : [];
      case 'command_lifecycle':
        return [];
    }
  }

  /** From now on a tool that ends badly was ended by the interruption. */
  interrupt(): void {
    this.isInterrupted = true;
  }

  /** Closes what the end of the turn leaves open. */
  endRunning(): readonly AgentEvent[] {
    const shown = [...this.running].filter(([, { isShown }]) => isShown);
    this.running.clear();
    return shown.map(([toolCallId]) => ({ type: 'tool.ended', toolCallId, status: 'interrupted' }));
  }

  private streamed(event: ClaudeStreamEvent): readonly AgentEvent[] {
    const { usage } = this.options;
    switch (event.type) {
      case 'message_start':
        // Claude Code mostly tells of a retry; under load an answer may begin before the last one ended, and repeats it.
        if (this.isAnswerOpen) this.texts.expectRepetition();
        this.isAnswerOpen = true;
        this.isAnswerWhole = false;
        this.answerId = event.message.id;
        usage.answerBegins(event.message.model, event.message.usage);
        return [];
      case 'content_block_start':
        this.blockId = `${this.answerId}:${event.index}`;
        return [];
      case 'content_block_delta': {
        const { delta } = event;
        if (delta.type === 'text_delta') return this.texts.append('message', this.blockId, delta.text);
        return delta.type === 'thinking_delta'
          ? this.texts.append('thought', this.blockId, delta.thinking)
          : [];
      }
      case 'message_delta':
        // Under load Claude Code tells the stop of an answer that was cut off as well, but not why it ends.
        this.isAnswerWhole = true;
        if (event.usage) usage.answerTells(event.usage);
        return [];
      case 'message_stop':
        if (this.isAnswerWhole) {
          this.isAnswerOpen = false;
          this.texts.settle();
          this.lastNotice = '';
        }
        return usage.answerEnds();
      case 'content_block_stop':
        return [];
    }
  }

  /** A block that is whole: what was streamed of it is known already. */
  private answered({ message, parent_tool_use_id: helper }: AssistantMessage): readonly AgentEvent[] {
    return message.content.flatMap((block): readonly AgentEvent[] => {
      if (block.type === 'tool_use') return this.toolStarted(block);
      if (block.type === 'other' || helper) return [];
      const isStreamed = message.id === this.answerId;
      // Another answer is whole, so the one that broke off will not be repeated.
      if (!isStreamed) this.isAnswerOpen = false;
      const id = isStreamed ? this.blockId : message.id;
      return block.type === 'text'
        ? this.texts.complete('message', id, block.text)
        : this.texts.complete('thought', id, block.thinking);
    });
  }

  private toolStarted(toolUse: ClaudeToolUse): readonly AgentEvent[] {
    if (this.running.has(toolUse.id)) return [];
    this.isAnswerOpen = false;
    this.texts.settle();
    const started = toToolStarted(toolUse, this.options.workspacePath);
    this.running.set(toolUse.id, { toolUse, isShown: started !== null });
    return started ? [started] : [];
  }

  private toolEnded(message: UserMessage): readonly AgentEvent[] {
    const isDeclined = message.tool_result_meta?.[0]?.permission_decision?.decision === 'reject';
    const { isInterrupted } = this;
    return message.message.content.flatMap((result): readonly AgentEvent[] => {
      const call = result.type === 'tool_result' && this.running.get(result.tool_use_id);
      if (!call) return [];
      this.running.delete(result.tool_use_id);
      const { toolUse } = call;
      const outcome = { toolUse, result, structured: message.tool_use_result, isDeclined, isInterrupted };
      if (call.isShown) return [toToolEnded(outcome, this.options.workspacePath)];
      return result.is_error ? [] : this.options.plan.update(toolUse.name, toolUse.input, outcome.structured);
    });
  }

  /** An answer that broke off after some of it was shown goes on behind its last whole block. */
  private continued({ isSynthetic, message }: UserMessage): readonly AgentEvent[] {
    const isCutOff = message.content.some((part) => part.type === 'text' && /cut off/i.test(part.text));
    if (!isSynthetic || !isCutOff) return [];
    this.texts.settle();
    this.texts.expectRepetition();
    return this.raised("The model's answer broke off; Claude Code asks it to go on.");
  }

  private retried(text: string): readonly AgentEvent[] {
    this.texts.expectRepetition();
    return this.raised(text);
  }

  private raised(text: string): readonly AgentEvent[] {
    if (text === this.lastNotice) return [];
    this.lastNotice = text;
    return [notice('warning', text)];
  }

  private limited({ status, resetsAt }: RateLimit): readonly AgentEvent[] {
    if (status === 'allowed') return [];
    const limit = resetsAt ? { limitResetsAt: new Date(resetsAt * 1_000).toISOString() } : {};
    const text =
      status === 'rejected'
        ? 'The usage limit of the Claude account is reached.'
        : 'The usage limit of the Claude account is nearly reached.';
    return [{ ...notice('warning', text), ...(status === 'rejected' ? limit : {}) }];
  }
}
