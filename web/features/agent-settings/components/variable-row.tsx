import type { NamedValueResponse } from '@codex-webapp/contracts/agent-settings';
import { Badge, IconButton } from '@codex-webapp/ui';
import { Pencil, Trash2 } from '@codex-webapp/ui/icons';

type Props = {
  variable: NamedValueResponse;
  editButtonId: string;
  onEdit: () => void;
  onRemove: () => void;
};

export function VariableRow({ variable, editButtonId, onEdit, onRemove }: Props) {
  const { name, value } = variable;
  return (
    <div className="flex items-center gap-2">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <code className="font-mono text-13 font-medium break-all text-text">{name}</code>
          {value === null && <Badge>Secret</Badge>}
        </p>
        {value !== null && (
          <p className="truncate font-mono text-xs text-muted">{value === '' ? '(empty)' : value}</p>
        )}
      </div>
      <IconButton id={editButtonId} label={`Change ${name}`} size="sm" onClick={onEdit}>
        <Pencil aria-hidden />
      </IconButton>
      <IconButton label={`Remove ${name}`} size="sm" onClick={onRemove}>
        <Trash2 aria-hidden />
      </IconButton>
    </div>
  );
}
