'use client';

import type { ContainerLogStart } from '@codex-webapp/contracts/containers';
import { CopyButton, IconButton, Input, Select } from '@codex-webapp/ui';
import { ArrowDownToLine, Download } from '@codex-webapp/ui/icons';
import { toLogText, type LogRow } from '../../model/log-state.ts';

type Props = {
  sessionTitle: string;
  /** Those that are shown. */
  rows: readonly LogRow[];
  query: string;
  onQueryChange: (query: string) => void;
  since: ContainerLogStart;
  onSinceChange: (since: ContainerLogStart) => void;
  isFollowing: boolean;
  onFollow: () => void;
};

export function LogToolbar({
  sessionTitle,
  rows,
  query,
  onQueryChange,
  since,
  onSinceChange,
  isFollowing,
  onFollow,
}: Props) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Input
        type="search"
        aria-label="Filter lines"
        placeholder="Filter lines"
        value={query}
        onChange={(event) => onQueryChange(event.target.value)}
        className="min-w-0 flex-1 basis-40 max-sm:basis-full"
      />
      <Select
        aria-label="Begin with"
        value={since}
        onChange={(event) => onSinceChange(event.target.value === 'restart' ? 'restart' : 'all')}
      >
        <option value="all">All that is kept</option>
        <option value="restart">Since the last start</option>
      </Select>
      <div className="flex items-center">
        <IconButton
          label={isFollowing ? 'Following the newest lines' : 'Follow the newest lines'}
          aria-pressed={isFollowing}
          onClick={onFollow}
        >
          <ArrowDownToLine aria-hidden />
        </IconButton>
        <CopyButton size="md" text={() => toLogText(rows)} label="Copy what is shown" />
        <IconButton
          label="Download what is shown"
          disabled={rows.length === 0}
          onClick={() => download(`${toFileName(sessionTitle)}.log`, toLogText(rows))}
        >
          <Download aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function toFileName(title: string): string {
  return title.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 60) || 'container';
}
