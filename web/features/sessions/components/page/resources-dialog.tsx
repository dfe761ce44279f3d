'use client';

import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Banner, Button, Dialog, ErrorState, Skeleton, Spinner } from '@codex-webapp/ui';
import { useState, type ReactNode } from 'react';
import type { LoadedStats } from '../../hooks/use-container-stats.ts';
import { providerTitle } from '../../model/provider-title.ts';
import { usesOf } from '../../model/session-use.ts';
import { ResourcesChart, type ChartSpan } from './resources-chart.tsx';

type Props = LoadedStats & {
  session: SessionResponse;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
};

/** What the session's container uses: processor, memory and files, now and over the last hour. */
export function ResourcesDialog({ session, isOpen, onOpenChange, ...loaded }: Props) {
  const [span, setSpan] = useState<ChartSpan>('hour');
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Resources"
      description="What this session’s container uses. Looking at it does not keep the session awake."
    >
      <fieldset className="mb-4 flex gap-1">
        <legend className="sr-only">Time shown</legend>
        <SpanButton span="hour" chosen={span} onChoose={setSpan}>
          Last hour
        </SpanButton>
        <SpanButton span="live" chosen={span} onChoose={setSpan}>
          Last 5 minutes
        </SpanButton>
      </fieldset>
      <ResourcesBody session={session} span={span} {...loaded} />
    </Dialog>
  );
}

function ResourcesBody({
  session,
  span,
  stats,
  error,
  retry,
}: LoadedStats & { session: SessionResponse; span: ChartSpan }) {
  if (stats === null) {
    return error === null ? (
      <Loading />
    ) : (
      <ErrorState title="What it uses could not be read" onRetry={retry} className="py-6">
        {error}
      </ErrorState>
    );
  }
  const provider =
    session.provider === 'manual' ? 'A container that is run by hand' : providerTitle(session.provider);
  return (
    <div className="flex flex-col gap-5">
      {error !== null && <Banner tone="warning">What you see is not the newest. {error}</Banner>}
      {error === null && stats.problem !== null && (
        <Banner tone="warning">What you see is not the newest. {stats.problem}</Banner>
      )}
      {!stats.isRunning && (
        <Banner>The container does not run. You see its files, and what it used before.</Banner>
      )}
      {usesOf(stats).map((use) => (
        <ResourcesChart key={use.name} use={use} stats={stats} span={span} provider={provider} />
      ))}
    </div>
  );
}

function SpanButton({
  span,
  chosen,
  onChoose,
  children,
}: {
  span: ChartSpan;
  chosen: ChartSpan;
  onChoose: (span: ChartSpan) => void;
  children: ReactNode;
}) {
  const isChosen = span === chosen;
  return (
    <Button
      size="sm"
      variant={isChosen ? 'secondary' : 'ghost'}
      aria-pressed={isChosen}
      onClick={() => onChoose(span)}
    >
      {children}
    </Button>
  );
}

function Loading() {
  return (
    <div className="flex flex-col gap-5">
      <Spinner label="Measuring" className="sr-only" />
      {['cpu', 'memory', 'disk'].map((name) => (
        <div key={name} className="flex flex-col gap-2">
          <Skeleton className="h-5 w-32" />
          <Skeleton className="h-16" />
        </div>
      ))}
    </div>
  );
}
