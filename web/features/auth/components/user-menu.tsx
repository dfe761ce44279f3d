'use client';

import { Menu, MenuItem, MenuLabel, MenuSeparator, toast } from '@codex-webapp/ui';
import { Bot, Keyboard, LogOut, Server, Settings, Users, Variable } from '@codex-webapp/ui/icons';
import { useRouter } from 'next/navigation';
import { describeError } from '../../../lib/api-error.ts';
import { authApi } from '../api.ts';
import { useCurrentUser } from '../current-user-context.tsx';

type Props = {
  onShowKeys: () => void;
  /** After something was chosen that leads to another page. */
  onLeave?: () => void;
};

export function UserMenu({ onShowKeys, onLeave }: Props) {
  const user = useCurrentUser();
  const router = useRouter();
  const go = (path: string) => {
    router.push(path);
    onLeave?.();
  };
  return (
    <Menu side="top" trigger={<UserButton username={user.username} isAdmin={user.role === 'admin'} />}>
      <MenuLabel>Signed in as {user.username}</MenuLabel>
      <MenuItem icon={<Settings aria-hidden />} onSelect={() => go('/settings')}>
        Settings
      </MenuItem>
      <MenuItem icon={<Bot aria-hidden />} onSelect={() => go('/settings/agents')}>
        Agents
      </MenuItem>
      <MenuItem icon={<Variable aria-hidden />} onSelect={() => go('/settings/environment')}>
        Environment
      </MenuItem>
      {user.role === 'admin' && (
        <>
          <MenuItem icon={<Users aria-hidden />} onSelect={() => go('/admin/users')}>
            Users
          </MenuItem>
          <MenuItem icon={<Server aria-hidden />} onSelect={() => go('/admin/dokploy')}>
            Dokploy
          </MenuItem>
        </>
      )}
      <MenuItem icon={<Keyboard aria-hidden />} onSelect={onShowKeys}>
        Keyboard shortcuts
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void logOut()}>
        Log out
      </MenuItem>
    </Menu>
  );
}

async function logOut(): Promise<void> {
  try {
    await authApi.logOut();
    // A full load, so that nothing of this user stays in memory.
    location.assign('/login');
  } catch (cause) {
    toast({ tone: 'danger', title: 'You are still logged in', description: describeError(cause) });
  }
}

function UserButton({ username, isAdmin, ...rest }: { username: string; isAdmin: boolean }) {
  return (
    <button
      type="button"
      className="flex min-w-0 flex-1 items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-surface-hover pointer-coarse:min-h-11"
      {...rest}
    >
      <span
        aria-hidden
        className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-ink uppercase"
      >
        {username.slice(0, 1)}
      </span>
      <span className="min-w-0">
        <span className="block truncate text-13 font-medium text-text">{username}</span>
        <span className="block text-xs text-muted">{isAdmin ? 'Administrator' : 'User'}</span>
      </span>
    </button>
  );
}
