import type { MessageItem, TurnUsage } from '@codex-webapp/contracts/messages';
import { textOf } from '@codex-webapp/contracts/messages';
import type { TurnOutcome } from '@codex-webapp/contracts/agents';
import { Banner } from '../../primitives/banner.tsx';
import { CopyButton } from '../../primitives/copy-button.tsx';
import { useConversation } from '../conversation-context.tsx';
import { formatCost, formatUsage } from './format-usage.ts';
import { NoticeLine } from './notice-line.tsx';
import { TurnEventsButton } from './turn-events-button.tsx';

type Props = {
  /** Null where its events cannot be asked for. */
  turnId: string | null;
  items: readonly MessageItem[];
  agent: string | null;
  outcome: TurnOutcome | null;
  reason: string | null;
  usage: TurnUsage | null;
};

/** How a turn ended, what it used, and its text to take along. */
export function TurnFooter({ turnId, items, agent, outcome, reason, usage }: Props) {
  const { agents } = useConversation();
  const text = textOf({ items });
  const agentName = agents.find(({ id }) => id === agent)?.name ?? agent;
  return (
    <footer className="flex flex-col gap-2">
      {outcome === 'failed' && (
        <Banner tone="danger">
          <p className="font-medium">The turn failed</p>
          <p className="[overflow-wrap:anywhere]">{reason ?? 'The agent gave no reason.'}</p>
        </Banner>
      )}
      {outcome === 'interrupted' && (
        <NoticeLine level="warning" text={reason === null ? 'Stopped.' : `Stopped: ${reason}`} />
      )}
      <div className="-ml-1.5 flex min-h-6 flex-wrap items-center gap-1 text-xs text-faint">
        {text !== '' && <CopyButton text={text} label="Copy answer as Markdown" />}
        <span
          className={text === '' ? 'ml-1.5' : undefined}
          title={
            usage?.costUsd ? 'The cost is what the agent has counted since its program began' : undefined
          }
        >
          {[agentName, formatUsage(usage), formatCost(usage)].filter(Boolean).join(' · ')}
        </span>
        {turnId !== null && <TurnEventsButton turnId={turnId} />}
      </div>
    </footer>
  );
}
