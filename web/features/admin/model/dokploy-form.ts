import type { DokploySettingsResponse, SaveDokploySettingsRequest } from '@codex-webapp/contracts/containers';

/** What stands in the fields. Empty: nothing, the default, or for a secret the one that is kept. */
export interface DokployForm {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly image: string;
  readonly mainUrl: string;
  readonly project: string;
  readonly environment: string;
  readonly serverId: string;
  /** One constraint per line. */
  readonly placement: string;
  readonly registryUsername: string;
  readonly registryPassword: string;
}

export function toForm(settings: DokploySettingsResponse): DokployForm {
  return {
    baseUrl: settings.baseUrl ?? '',
    apiKey: '',
    image: settings.image ?? '',
    mainUrl: settings.mainUrl ?? '',
    project: settings.project,
    environment: settings.environment ?? '',
    serverId: settings.serverId ?? '',
    placement: settings.placement.join('\n'),
    registryUsername: settings.registryUsername ?? '',
    registryPassword: '',
  };
}

export function toRequest(form: DokployForm): SaveDokploySettingsRequest {
  const placement = form.placement.split('\n').flatMap((line) => line.trim() || []);
  return {
    baseUrl: form.baseUrl.trim(),
    ...given('apiKey', form.apiKey),
    ...given('project', form.project),
    ...given('registryPassword', form.registryPassword),
    image: orNull(form.image),
    mainUrl: orNull(form.mainUrl),
    environment: orNull(form.environment),
    serverId: orNull(form.serverId),
    placement,
    registryUsername: orNull(form.registryUsername),
  };
}

function orNull(text: string): string | null {
  return text.trim() || null;
}

function given<K extends string>(name: K, text: string): Partial<Record<K, string>> {
  const value = text.trim();
  return value === '' ? {} : ({ [name]: value } as Record<K, string>);
}
