import { deltaMaxLength } from '@codex-webapp/contracts';
import type { AgentEvent } from '../agent-driver.ts';
import { textOf } from './acp-content.ts';
import { toPlanEntries } from './acp-plan.ts';
import type { AcpPromptAnswer, AcpUpdate } from './acp-protocol.ts';
import { AcpToolCalls } from './acp-tool-calls.ts';

type TextKind = 'message' | 'thought';
type Chunk = Extract<AcpUpdate, { content: unknown; messageId?: unknown }>;

/** A thought that is a heading and its text, as some agents send them one by one. */
const headedThought = /^\*\*[^*\n]+\*\*\n/;
/** A heading without a word in it. */
const emptyHeading = /^\*\*\*\*\n/;
/** What gemini says for a mode that changed. */
const modeNews = /^\[MODE_UPDATE\] [\w-]+$/;

/** Turns what an agent tells during one turn into our events. Does no I/O. */
export class AcpUpdatesMapper {
  readonly toolCalls: AcpToolCalls;
  /** Of the text that is being said, where the agent gives it no id of its own. */
  private sections = 0;
  private last: { readonly kind: TextKind; readonly messageId: string; endsWithBreak: boolean } | null = null;
  private context: { contextTokens: number; contextWindow: number; costUsd?: number } | null = null;

  constructor(
    private readonly turnId: string,
    private readonly agentName: string,
    workspacePath: string,
  ) {
    this.toolCalls = new AcpToolCalls(workspacePath);
  }

  toEvents(update: AcpUpdate): readonly AgentEvent[] {
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        return this.toText('message', update, textOf(update.content));
      case 'agent_thought_chunk':
        return this.toText('thought', update, this.toThought(textOf(update.content)));
      case 'tool_call':
      case 'tool_call_update':
        this.last = null;
        return this.toolCalls.update(update);
      case 'plan':
        return [{ type: 'plan.updated', entries: toPlanEntries(update.entries) }];
      case 'usage_update': {
        const { used, size, cost } = update;
        const costUsd = cost?.currency === 'USD' ? { costUsd: cost.amount } : {};
        this.context = { contextTokens: used, contextWindow: size, ...costUsd };
        return used > 0 ? [this.toUsage(used, 0)] : [];
      }
      case 'notice':
        return [{ type: 'notice.raised', level: 'info', text: update.message.slice(0, 4_000) }];
      case 'compaction_update':
        return update.status === 'completed'
          ? [
              {
                type: 'notice.raised',
                level: 'info',
                text: `${this.agentName} summed up the conversation so far, to make room.`,
              },
            ]
          : [];
      default:
        return [];
    }
  }

  /** What the answer to the prompt tells beside the end. */
  toLastEvents({ usage, _meta: meta }: AcpPromptAnswer): readonly AgentEvent[] {
    const counted = meta?.quota.token_count;
    if (usage) return [this.toUsage(usage.inputTokens, usage.outputTokens)];
    return counted ? [this.toUsage(counted.input_tokens, counted.output_tokens)] : [];
  }

  private toUsage(inputTokens: number, outputTokens: number): AgentEvent {
    return { type: 'usage.updated', inputTokens, outputTokens, ...this.context };
  }

  private toThought(text: string): string {
    const readable = text.replace(emptyHeading, '');
    const isNext = this.last?.kind === 'thought' && !this.last.endsWithBreak && headedThought.test(text);
    return isNext ? `\n\n${readable}` : readable;
  }

  private toText(kind: TextKind, { messageId }: Chunk, text: string): readonly AgentEvent[] {
    if (text === '' || modeNews.test(text)) return [];
    const id = this.messageIdOf(kind, messageId ?? null);
    this.last = { kind, messageId: id, endsWithBreak: text.endsWith('\n') };
    const events: AgentEvent[] = [];
    for (let at = 0; at < text.length; at += deltaMaxLength) {
      events.push({ type: `${kind}.delta`, messageId: id, text: text.slice(at, at + deltaMaxLength) });
    }
    return events;
  }

  private messageIdOf(kind: TextKind, given: string | null): string {
    if (given) return given;
    if (this.last?.kind === kind) return this.last.messageId;
    this.sections += 1;
    return `${this.turnId}-${this.sections}`;
  }
}
