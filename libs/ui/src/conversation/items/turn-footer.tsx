import type { FoldedTurn, MessageResponse } from '@codex-webapp/contracts/messages';
import { textOf } from '@codex-webapp/contracts/messages';
import { Banner } from '../../primitives/banner.tsx';
import { CopyButton } from '../../primitives/copy-button.tsx';
import { useConversation } from '../conversation-context.tsx';
import { formatCost, formatUsage } from './format-usage.ts';
import { NoticeLine } from './notice-line.tsx';
import { TurnEventsButton } from './turn-events-button.tsx';

type Props = {
  /** A stored answer, or its turn until that is there. Without a `turnId` its events cannot be asked for. */
  turn: Pick<MessageResponse | FoldedTurn, 'turnId' | 'items' | 'agent' | 'outcome' | 'reason' | 'usage'>;
};

/** How a turn ended, what it used, and its text to take along. */
export function TurnFooter({ turn }: Props) {
  const { turnId, agent, outcome, reason, usage } = turn;
  const { agents } = useConversation();
  const text = textOf(turn);
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
