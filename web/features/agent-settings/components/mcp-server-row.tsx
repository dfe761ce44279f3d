import type { McpServerResponse } from '@codex-webapp/contracts/agent-settings';
import { Badge, Checkbox, IconButton } from '@codex-webapp/ui';
import { Pencil, Trash2 } from '@codex-webapp/ui/icons';
import { describeAgentsWithout, transportNames } from '../model/mcp-words.ts';

type Props = {
  server: McpServerResponse;
  onToggle: (isEnabled: boolean) => void;
  editButtonId: string;
  onEdit: () => void;
  onRemove: () => void;
};

export function McpServerRow({ server, onToggle, editButtonId, onEdit, onRemove }: Props) {
  const { name, isEnabled, transport, command, args, url, notTakenBy } = server;
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="text-13 font-medium break-all text-text">{name}</span>
          <Badge>{transportNames[transport]}</Badge>
          {!isEnabled && <Badge tone="warning">Off</Badge>}
        </p>
        <p className="mt-0.5 truncate font-mono text-xs text-muted">{url ?? [command, ...args].join(' ')}</p>
        <p className="mt-0.5 text-xs text-muted">{describeAgentsWithout(notTakenBy)}</p>
      </div>
      <Checkbox
        label={
          <>
            On<span className="sr-only">: {name}</span>
          </>
        }
        isChecked={isEnabled}
        onChange={onToggle}
        className="mt-1"
      />
      <IconButton id={editButtonId} label={`Change ${name}`} size="sm" onClick={onEdit}>
        <Pencil aria-hidden />
      </IconButton>
      <IconButton label={`Remove ${name}`} size="sm" onClick={onRemove}>
        <Trash2 aria-hidden />
      </IconButton>
    </div>
  );
}
