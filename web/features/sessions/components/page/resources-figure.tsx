'use client';

import type { ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import { Button, Tooltip } from '@codex-webapp/ui';
import { Activity } from '@codex-webapp/ui/icons';
import { usesOf } from '../../model/session-use.ts';

type Props = {
  stats: ContainerStatsResponse;
  onOpen: () => void;
};

/** Processor and memory in a few words; nothing where neither is known. Opens the charts. */
export function ResourcesFigure({ stats, onOpen }: Props) {
  const uses = usesOf(stats).filter(({ name, now }) => name !== 'disk' && now !== null);
  const near = usesOf(stats).filter(({ isNearLimit }) => isNearLimit);
  if (!stats.isRunning || uses.length === 0) return null;
  const words = uses.map(({ title, now, limit }) => `${title} ${now}${limit === null ? '' : ` of ${limit}`}`);
  const warning = near.length === 0 ? '' : `. Near its limit: ${near.map(({ title }) => title).join(', ')}`;
  return (
    <Tooltip content={`${words.join(', ')}${warning}`} side="bottom">
      <Button
        variant="ghost"
        size="sm"
        aria-label={`Resources: ${words.join(', ')}${warning}`}
        className={near.length === 0 ? 'tabular-nums' : 'bg-warning-soft text-warning-ink tabular-nums'}
        onClick={onOpen}
      >
        <Activity aria-hidden />
        {uses.map(({ now }) => now).join(' · ')}
      </Button>
    </Tooltip>
  );
}
