import type { UserResponse } from '@codex-webapp/contracts/users';
import { Badge } from '@codex-webapp/ui';
import { formatDate } from '../../settings/index.ts';

export function UserRow({ user }: { user: UserResponse }) {
  return (
    <li className="flex items-center gap-3 border-b border-border px-4 py-3 last:border-b-0">
      <span
        aria-hidden
        className="grid size-8 shrink-0 place-items-center rounded-full bg-surface-active text-xs font-semibold text-muted uppercase"
      >
        {user.username.slice(0, 1)}
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate text-13 font-medium text-text">{user.username}</p>
        <p className="text-xs text-muted">Since {formatDate(user.createdAt)}</p>
      </div>
      <Badge tone={user.role === 'admin' ? 'accent' : 'neutral'}>
        {user.role === 'admin' ? 'Administrator' : 'User'}
      </Badge>
    </li>
  );
}
