import type { CreateUserRequest, UserResponse } from '@codex-webapp/contracts/users';
import { useLoad } from '../../../lib/use-load.ts';
import { usersApi } from '../api.ts';

interface Users {
  /** Null while they load. */
  readonly users: readonly UserResponse[] | null;
  /** Why they could not be loaded. */
  readonly error: string | null;
  readonly retry: () => void;
  /** Rejects with the reason, for the dialog that asked. */
  readonly create: (request: CreateUserRequest) => Promise<void>;
}

export function useUsers(): Users {
  const { value, error, isLoading, load, setValue } = useLoad(usersApi.list);
  return {
    users: value?.users ?? null,
    error: isLoading ? null : error,
    retry: load,
    create: async (request) => {
      const user = await usersApi.create(request);
      setValue((current) => ({ users: [...(current?.users ?? []), user] }));
    },
  };
}
