import {
  refusalOfVariable,
  type NamedValueRequest,
  type NamedValueResponse,
} from '@codex-webapp/contracts/agent-settings';

/** A variable or a header while it is typed. */
export interface ValueDraft {
  /** Of this drawing alone; names change while they are typed. */
  readonly key: string;
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
  /** The name of the secret that is stored and stays if nothing else is typed; null: there is none. */
  readonly storedAs: string | null;
}

export function emptyDraft(key: string, isSecret: boolean): ValueDraft {
  return { key, name: '', value: '', isSecret, storedAs: null };
}

export function toDraft({ name, value, isSecret }: NamedValueResponse): ValueDraft {
  return { key: name, name, value: value ?? '', isSecret, storedAs: isSecret ? name : null };
}

/** Whether the stored secret stays: nothing else is typed, and it is still a secret of that name. */
export function keepsSecret({ name, value, isSecret, storedAs }: ValueDraft): boolean {
  return storedAs !== null && storedAs === name.trim() && isSecret && value === '';
}

export function toValueRequest(draft: ValueDraft): NamedValueRequest {
  const { value, isSecret } = draft;
  const name = draft.name.trim();
  return keepsSecret(draft) ? { name, isSecret } : { name, value, isSecret };
}

/** What is stored, to be stored again beside something that changes. */
export function toSameRequest({ name, value, isSecret }: NamedValueResponse): NamedValueRequest {
  return value === null ? { name, isSecret } : { name, value, isSecret };
}

/** Why the variable cannot be called so; null while it can, or while nothing is typed. */
export function problemOfName(name: string, others: readonly NamedValueResponse[]): string | null {
  const trimmed = name.trim();
  if (trimmed === '') return null;
  if (others.some((other) => other.name === trimmed)) return `${trimmed} is there already.`;
  return refusalOfVariable(trimmed);
}

const valueHints: Readonly<Record<string, string>> = {
  GIT_SSH_KEY:
    'The private key that git logs in with over ssh: all of its lines, or base64 of them, without a passphrase.',
  GIT_SSH_KNOWN_HOSTS: 'Lines of known_hosts. Git trusts these servers over ssh, and no others.',
  GIT_TOKENS:
    'The tokens that git logs in with over https: host=token or host=user:token, separated by spaces.',
};

/** What a value is for where the session itself works with it. */
export function hintOfValue({ name }: ValueDraft): string | undefined {
  return valueHints[name.trim()];
}
