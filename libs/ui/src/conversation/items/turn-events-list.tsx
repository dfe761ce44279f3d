'use client';

import type { TurnEventResponse } from '@codex-webapp/contracts/messages';
import { memo } from 'react';
import { Banner } from '../../primitives/banner.tsx';
import { Button } from '../../primitives/button.tsx';
import { CopyButton } from '../../primitives/copy-button.tsx';
import { ErrorState } from '../../primitives/error-state.tsx';
import { Spinner } from '../../primitives/spinner.tsx';
import { Disclosure } from './disclosure.tsx';
import { formatDuration } from './duration.ts';
import { summaryOf, toJsonLines, type LoadedTurnEvents } from './turn-events.ts';

type Props = {
  loaded: LoadedTurnEvents;
  onLoadMore: () => void;
};

export function TurnEventsList({ loaded, onLoadMore }: Props) {
  const { events, isLoading, problem, page } = loaded;
  const [first] = events;
  if (page === null) {
    return problem === null ? (
      <div className="flex min-h-24 items-center justify-center gap-2 text-13 text-muted">
        <Spinner /> Loading the events…
      </div>
    ) : (
      <ErrorState title="The events could not be loaded" className="py-6" onRetry={onLoadMore}>
        {problem}
      </ErrorState>
    );
  }
  if (first === undefined) return <p className="py-6 text-center text-13 text-muted">{absenceOf(page)}</p>;
  return (
    <div className="flex flex-col gap-3 text-13">
      <div className="flex items-center gap-1 text-muted">
        <output>
          {page.nextAfter === null ? countOf(events.length) : `The first ${countOf(events.length)}`}
        </output>
        <CopyButton text={() => toJsonLines(events)} label="Copy as JSON lines" />
      </div>
      {page.wereDeleted && <Banner tone="info">{absenceOf(page)}</Banner>}
      <ol className="divide-y divide-border rounded-lg border border-border">
        {events.map((event) => (
          <li key={event.position}>
            <EventRow event={event} startedAt={first.at} />
          </li>
        ))}
      </ol>
      {problem !== null && <Banner tone="danger">{problem}</Banner>}
      {page.nextAfter !== null && (
        <Button className="self-center" isBusy={isLoading} onClick={onLoadMore}>
          {problem === null ? 'Show more' : 'Try again'}
        </Button>
      )}
    </div>
  );
}

type RowProps = {
  event: TurnEventResponse;
  startedAt: string;
};

const EventRow = memo(function EventRow({ event, startedAt }: RowProps) {
  return (
    <Disclosure
      summary={
        <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-3 gap-y-0.5 font-mono text-xs">
          <time dateTime={event.at} className="w-16 shrink-0 text-muted tabular-nums sm:text-right">
            +{formatDuration(Date.parse(event.at) - Date.parse(startedAt))}
          </time>
          <span className="text-text sm:w-44 sm:shrink-0">{event.event.type}</span>
          <span className="min-w-0 flex-1 basis-40 truncate text-faint">{summaryOf(event)}</span>
        </span>
      }
    >
      <pre className="border-t border-border bg-surface-sunken px-3 py-2 font-mono text-xs [overflow-wrap:anywhere] whitespace-pre-wrap text-text">
        {JSON.stringify(event, null, 2)}
      </pre>
    </Disclosure>
  );
});

function countOf(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}

function absenceOf({ wereDeleted, keptUntil }: NonNullable<LoadedTurnEvents['page']>): string {
  if (!wereDeleted || keptUntil === null) return 'The container has sent no events of this turn.';
  const day = new Date(keptUntil).toLocaleDateString('en', { dateStyle: 'medium' });
  return `The events of this turn were deleted. They were kept until ${day}.`;
}
