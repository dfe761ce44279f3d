import type {
  DokploySettingsResponse,
  DokployTestResponse,
  SaveDokploySettingsRequest,
} from '@codex-webapp/contracts/containers';
import { useLoad } from '../../../lib/use-load.ts';
import { dokployApi } from '../api.ts';

interface DokploySettings {
  /** Null while they load. */
  readonly settings: DokploySettingsResponse | null;
  /** Why they could not be loaded. */
  readonly error: string | null;
  readonly retry: () => void;
  /** Each rejects with the reason, for the form that asked. */
  readonly save: (request: SaveDokploySettingsRequest) => Promise<void>;
  readonly remove: () => Promise<void>;
  readonly test: (request: SaveDokploySettingsRequest) => Promise<DokployTestResponse>;
}

export function useDokploySettings(): DokploySettings {
  const { value, error, isLoading, load, setValue } = useLoad(dokployApi.read);
  return {
    settings: value,
    error: isLoading ? null : error,
    retry: load,
    save: async (request) => setValue(await dokployApi.save(request)),
    remove: async () => setValue(await dokployApi.remove()),
    test: dokployApi.test,
  };
}
