'use client';

import type { CreateUserRequest } from '@codex-webapp/contracts/users';
import { Dialog } from '@codex-webapp/ui';
import { CreateUserForm } from './create-user-form.tsx';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onCreate: (request: CreateUserRequest) => Promise<void>;
};

export function CreateUserDialog({ isOpen, onOpenChange, onCreate }: Props) {
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title="Add a user">
      <CreateUserForm
        onCancel={() => onOpenChange(false)}
        onSubmit={async (request) => {
          await onCreate(request);
          onOpenChange(false);
        }}
      />
    </Dialog>
  );
}
