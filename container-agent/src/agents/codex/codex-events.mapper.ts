import type { FileDiff, PlanEntry } from '@codex-webapp/contracts';
import type { AgentEvent } from '../agent-driver.ts';
import { notice } from '../programs/notice.ts';
import { toFileDiffs } from './codex-diffs.ts';
import { toRetryNotice } from './codex-failures.ts';
import type { CodexItem, CodexNotification } from './codex-protocol.ts';
import { TextStreams } from '../programs/text-streams.ts';
import { toToolEnded, toToolStarted } from './codex-tools.mapper.ts';

const mostPlanEntries = 200;

/** Turns what codex says during one turn into our events. Does no I/O. */
export class CodexEventsMapper {
  private readonly texts = new TextStreams();
  /** Tool calls that began and did not end, with codex's process id where it is a command. */
  private readonly running = new Map<string, string | null>();
  private readonly diffs = new Map<string, FileDiff[]>();
  private lastRetryNotice = '';
  private isInterrupted = false;
  private isPlanProposed = false;

  constructor(private readonly workspacePath: string) {}

  toEvents(notification: CodexNotification): readonly AgentEvent[] {
    const { method, params } = notification;
    switch (method) {
      case 'item/started':
        return this.itemStarted(params.item);
      case 'item/completed':
        return this.itemCompleted(params.item);
      case 'item/agentMessage/delta':
      case 'item/plan/delta':
        return this.texts.append('message', params.itemId, params.delta);
      case 'item/reasoning/summaryTextDelta':
      case 'item/reasoning/textDelta':
        return this.texts.append('thought', params.itemId, params.delta);
      case 'item/reasoning/summaryPartAdded':
        return params.summaryIndex === 0 ? [] : this.texts.append('thought', params.itemId, '\n\n');
      case 'item/commandExecution/outputDelta':
        return [{ type: 'tool.delta', toolCallId: params.itemId, text: params.delta }];
      case 'turn/plan/updated':
        return [{ type: 'plan.updated', entries: params.plan.slice(0, mostPlanEntries).map(toPlanEntry) }];
      case 'thread/tokenUsage/updated': {
        // It comes after every whole answer of the model.
        this.texts.settle();
        this.lastRetryNotice = '';
        const { total, last, modelContextWindow } = params.tokenUsage;
        const { inputTokens, outputTokens } = total;
        const window = modelContextWindow ? { contextWindow: modelContextWindow } : {};
        return [
          { type: 'usage.updated', inputTokens, outputTokens, contextTokens: last.totalTokens, ...window },
        ];
      }
      case 'error':
        return params.willRetry ? this.retried(toRetryNotice(params.error)) : [];
      case 'model/rerouted':
        return [notice('info', `Codex switched from ${params.fromModel} to ${params.toModel}.`)];
      case 'warning':
        return [notice('warning', params.message)];
      case 'turn/started':
      case 'turn/completed':
        return [];
    }
  }

  /** Whether a plan waits for the user's word. */
  get hasProposedPlan(): boolean {
    return this.isPlanProposed;
  }

  /** What a file change that waits for permission would change. */
  findDiffs(itemId: string): FileDiff[] | undefined {
    return this.diffs.get(itemId);
  }

  /** From now on a command that ends badly was ended by the interruption. */
  interrupt(): void {
    this.isInterrupted = true;
  }

  /** Codex's ids of the commands that still run. */
  runningTerminals(): readonly string[] {
    return [...this.running.values()].filter((processId) => processId !== null);
  }

  /** Closes what the end of the turn leaves open: it goes on in the background, or was interrupted. */
  endRunning(status: 'completed' | 'interrupted'): readonly AgentEvent[] {
    const ids = [...this.running.keys()];
    this.running.clear();
    return ids.map((toolCallId) => ({ type: 'tool.ended', toolCallId, status }));
  }

  private itemStarted(item: CodexItem): readonly AgentEvent[] {
    const started = toToolStarted(item, this.workspacePath);
    if (!started || this.running.has(item.id)) return [];
    this.running.set(item.id, item.type === 'commandExecution' ? (item.processId ?? null) : null);
    this.texts.settle();
    if (item.type === 'fileChange') this.diffs.set(item.id, toFileDiffs(item.changes, this.workspacePath));
    return [started];
  }

  private itemCompleted(item: CodexItem): readonly AgentEvent[] {
    switch (item.type) {
      case 'agentMessage':
        return this.texts.complete('message', item.id, item.text);
      case 'plan':
        this.isPlanProposed = true;
        return this.texts.complete('message', item.id, item.text);
      case 'reasoning':
        return this.texts.complete('thought', item.id, [...item.summary, ...item.content].join('\n\n'));
      case 'contextCompaction':
        return [notice('info', 'Codex summed up the conversation so far, to make room.')];
      default: {
        const ended = toToolEnded(item, this.workspacePath);
        const started = this.itemStarted(item);
        this.running.delete(item.id);
        this.diffs.delete(item.id);
        if (!ended) return started;
        const status = this.isInterrupted && ended.status === 'failed' ? 'interrupted' : ended.status;
        return [...started, { ...ended, status }];
      }
    }
  }

  private retried(text: string): readonly AgentEvent[] {
    this.texts.expectRepetition();
    if (text === this.lastRetryNotice) return [];
    this.lastRetryNotice = text;
    return [notice('warning', text)];
  }
}

function toPlanEntry({ step, status }: { readonly step: string; readonly status: string }): PlanEntry {
  const content = step.slice(0, 2_000);
  if (status === 'completed') return { content, status };
  return { content, status: status === 'inProgress' ? 'in_progress' : 'pending' };
}
