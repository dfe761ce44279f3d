'use client';

import { Button, ErrorState, Skeleton, Spinner } from '@codex-webapp/ui';
import { Plus } from '@codex-webapp/ui/icons';
import { useState } from 'react';
import { useCurrentUser } from '../../auth/index.ts';
import { SettingsSection } from '../../settings/index.ts';
import { useUsers } from '../hooks/use-users.ts';
import { AdminsOnly } from './admins-only.tsx';
import { CreateUserDialog } from './create-user-dialog.tsx';
import { UserRow } from './user-row.tsx';

/** The server decides who may see users; this only spares others a refusal. */
export function UsersPage() {
  return useCurrentUser().role === 'admin' ? (
    <UsersSection />
  ) : (
    <AdminsOnly>Ask an administrator of this server to add or change users.</AdminsOnly>
  );
}

function UsersSection() {
  const { users, error, retry, create } = useUsers();
  const [isCreating, setIsCreating] = useState(false);
  return (
    <SettingsSection
      title="People"
      description="Each has sessions of their own; nobody sees those of others."
      action={
        <Button onClick={() => setIsCreating(true)}>
          <Plus aria-hidden /> Add user
        </Button>
      }
    >
      {users !== null && (
        <ul>
          {users.map((user) => (
            <UserRow key={user.id} user={user} />
          ))}
        </ul>
      )}
      {users === null && error === null && <UsersLoading />}
      {users === null && error !== null && (
        <ErrorState title="The users did not load" onRetry={retry} className="py-8">
          {error}
        </ErrorState>
      )}
      <CreateUserDialog isOpen={isCreating} onOpenChange={setIsCreating} onCreate={create} />
    </SettingsSection>
  );
}

function UsersLoading() {
  return (
    <div className="flex flex-col gap-3 p-4">
      <Spinner label="Loading the users" className="sr-only" />
      <Skeleton className="w-1/3" />
      <Skeleton className="w-1/4" />
    </div>
  );
}
