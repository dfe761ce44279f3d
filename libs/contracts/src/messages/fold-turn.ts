import { toolOutputMaxLength, type TurnEvent, type TurnOutcome } from '../agents/turn-events.ts';
import type { MessageItem, MessageItemOf, TurnUsage } from './message-items.ts';

/** What the events of one turn add up to. Immutable: `foldTurnEvent` returns a new one. */
export interface FoldedTurn {
  readonly turnId: string;
  readonly promptId: string;
  readonly agent: string;
  readonly items: readonly MessageItem[];
  readonly usage: TurnUsage | null;
  /** `running` until the turn ended. */
  readonly outcome: TurnOutcome | 'running';
  readonly reason: string | null;
}

/** Starts from nothing but an id, so that a tail of events whose beginning was lost can be folded too. */
export function emptyTurn(turnId: string): FoldedTurn {
  return { turnId, promptId: '', agent: '', items: [], usage: null, outcome: 'running', reason: null };
}

export function foldTurn(turnId: string, events: Iterable<TurnEvent>): FoldedTurn {
  let turn = emptyTurn(turnId);
  for (const event of events) turn = foldTurnEvent(turn, event);
  return turn;
}

/** Adds one event to a turn. Events that refer to something unknown start it, so nothing shown depends on luck. */
export function foldTurnEvent(turn: FoldedTurn, event: TurnEvent): FoldedTurn {
  switch (event.type) {
    case 'turn.started':
      return { ...turn, promptId: event.promptId, agent: event.agent };
    case 'turn.ended':
      return {
        ...turn,
        promptId: event.promptId,
        outcome: event.outcome,
        reason: event.reason ?? null,
        items: turn.items.map(closeItem),
      };
    case 'message.delta':
      return withItems(turn, appendText(turn.items, 'text', event.messageId, event.text));
    case 'thought.delta':
      return withItems(turn, appendText(turn.items, 'thought', event.messageId, event.text));
    case 'tool.started':
      return withItems(turn, startTool(turn.items, event));
    case 'tool.delta':
      return withItems(
        turn,
        updateTool(turn.items, event.toolCallId, (tool) => appendOutput(tool, event.text)),
      );
    case 'tool.ended':
      return withItems(
        turn,
        updateTool(turn.items, event.toolCallId, (tool) => endTool(tool, event)),
      );
    case 'plan.updated':
      return withItems(turn, replaceOrPush(turn.items, { type: 'plan', id: 'plan', entries: event.entries }));
    case 'usage.updated': {
      const { inputTokens, outputTokens, contextTokens, contextWindow } = event;
      // An agent need not repeat it.
      const costUsd = event.costUsd ?? turn.usage?.costUsd;
      return { ...turn, usage: { inputTokens, outputTokens, contextTokens, contextWindow, costUsd } };
    }
    case 'permission.requested': {
      const { agentRequestId, toolCallId, title, detail, diffs, options } = event;
      const item = {
        type: 'permission',
        id: agentRequestId,
        toolCallId,
        title,
        detail,
        diffs,
        options,
      } as const;
      return withItems(turn, replaceOrPush(turn.items, { ...item, state: 'pending' }));
    }
    case 'question.asked': {
      const item = { type: 'question', id: event.agentRequestId, questions: event.questions } as const;
      return withItems(turn, replaceOrPush(turn.items, { ...item, state: 'pending' }));
    }
    case 'agent_request.closed':
      return withItems(
        turn,
        turn.items.map((item) =>
          (item.type === 'permission' || item.type === 'question') && item.id === event.agentRequestId
            ? { ...item, state: event.reason }
            : item,
        ),
      );
    case 'notice.raised': {
      const id = `notice-${turn.items.length}`;
      return withItems(turn, [...turn.items, { type: 'notice', id, level: event.level, text: event.text }]);
    }
    default:
      // A newer container may send what we do not know; it is stored, and shown by a newer client.
      return turn;
  }
}

/** The plain text of a turn: what full-text search finds and what a script reads. */
export function textOf(turn: Pick<FoldedTurn, 'items'>): string {
  return turn.items
    .filter((item): item is MessageItemOf<'text'> => item.type === 'text')
    .map((item) => item.text)
    .join('\n\n');
}

function withItems(turn: FoldedTurn, items: readonly MessageItem[]): FoldedTurn {
  return { ...turn, items };
}

function appendText(
  items: readonly MessageItem[],
  type: 'text' | 'thought',
  id: string,
  text: string,
): readonly MessageItem[] {
  const index = items.findLastIndex((item) => item.type === type && item.id === id);
  const found = items[index];
  if (found?.type !== type) return [...items, { type, id, text }];
  return items.with(index, { ...found, text: found.text + text });
}

type Tool = MessageItemOf<'tool'>;

function startTool(items: readonly MessageItem[], event: Extract<TurnEvent, { type: 'tool.started' }>) {
  const { toolCallId, kind, title, command, diffs } = event;
  const tool: Tool = {
    type: 'tool',
    id: toolCallId,
    kind,
    title,
    command,
    status: 'in_progress',
    output: '',
    diffs,
  };
  return replaceOrPush(items, tool);
}

function appendOutput(tool: Tool, text: string): Tool {
  const output = tool.output + text;
  if (output.length <= toolOutputMaxLength) return { ...tool, output };
  return { ...tool, output: output.slice(-toolOutputMaxLength), truncated: true };
}

function endTool(tool: Tool, event: Extract<TurnEvent, { type: 'tool.ended' }>): Tool {
  return {
    ...tool,
    status: event.status,
    output: event.output ?? tool.output,
    truncated: event.output === undefined ? tool.truncated : event.truncated,
    fullOutput: event.fullOutput ?? tool.fullOutput,
    exitCode: event.exitCode,
    durationMs: event.durationMs,
    diffs: event.diffs ?? tool.diffs,
  };
}

function updateTool(
  items: readonly MessageItem[],
  id: string,
  change: (tool: Tool) => Tool,
): readonly MessageItem[] {
  const found = items.find((item): item is Tool => item.type === 'tool' && item.id === id);
  const tool = found ?? { type: 'tool', id, kind: 'other', title: '', status: 'in_progress', output: '' };
  return replaceOrPush(items, change(tool));
}

function replaceOrPush(items: readonly MessageItem[], item: MessageItem): readonly MessageItem[] {
  const index = items.findIndex((other) => other.type === item.type && other.id === item.id);
  return index < 0 ? [...items, item] : items.with(index, item);
}

/** Nothing of an ended turn is still going on, whatever its last events said. */
function closeItem(item: MessageItem): MessageItem {
  if (item.type === 'tool' && (item.status === 'pending' || item.status === 'in_progress')) {
    return { ...item, status: 'interrupted' };
  }
  if ((item.type === 'permission' || item.type === 'question') && item.state === 'pending') {
    return { ...item, state: 'expired' };
  }
  return item;
}
