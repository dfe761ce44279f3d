import { useLoad } from '../../../lib/use-load.ts';
import { authApi } from '../api.ts';

export type SetupState = 'loading' | 'needed' | 'done' | 'failed';

/** Whether the first admin is still to be made. */
export function useSetupState(): {
  readonly state: SetupState;
  readonly error: string | null;
  readonly retry: () => void;
} {
  const { value, error, isLoading, load } = useLoad(authApi.setupState);
  if (value !== null) return { state: value.setupNeeded ? 'needed' : 'done', error, retry: load };
  return { state: isLoading ? 'loading' : 'failed', error, retry: load };
}
