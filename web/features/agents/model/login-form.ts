import type { CredentialKind, SaveCredentialRequest } from '@codex-webapp/contracts/credentials';

/** What is typed, as text: empty where nothing is. */
export interface LoginForm {
  readonly kind: CredentialKind;
  /** Of an agent that came by configuration. */
  readonly agent: string;
  readonly variable: string;
  readonly secret: string;
  readonly baseUrl: string;
  readonly model: string;
  /** Contents, in the order of the agent's places. */
  readonly files: readonly string[];
}

export function emptyForm(
  kind: CredentialKind,
  { baseUrl, model, fileCount }: { baseUrl: string | null; model: string | null; fileCount: number },
): LoginForm {
  const files = Array.from({ length: fileCount }, () => '');
  return { kind, agent: '', variable: '', secret: '', baseUrl: baseUrl ?? '', model: model ?? '', files };
}

export function isComplete(form: LoginForm, isKnownAgent: boolean): boolean {
  if (form.kind === 'auth-file') return form.files.every((file) => file.trim() !== '');
  return form.secret.trim() !== '' && (isKnownAgent || (form.agent !== '' && form.variable !== ''));
}

export function toRequest(form: LoginForm, isKnownAgent: boolean): SaveCredentialRequest {
  if (form.kind === 'auth-file') return { files: form.files.map((content) => ({ content })) };
  const secret = form.secret.trim();
  if (!isKnownAgent) return { secret, variable: form.variable.trim() };
  if (form.kind === 'access-token') return { secret };
  const [baseUrl, model] = [form.baseUrl.trim(), form.model.trim()];
  return { secret, ...(baseUrl === '' ? {} : { baseUrl }), ...(model === '' ? {} : { model }) };
}
