import { credentialKinds } from '@codex-webapp/contracts';
import type { CredentialContent } from './credential-content.ts';
import type { StoredCredential } from './credential-store.ts';

/** A credential that can be opened. */
export type OpenedCredential = StoredCredential & { readonly content: CredentialContent };

/** Of those of one agent the one it is given: a key before a token before a file, as agents themselves choose. */
export function chooseCredential(ofAgent: readonly StoredCredential[]): OpenedCredential | null {
  for (const kind of credentialKinds) {
    const found = ofAgent.find((one): one is OpenedCredential => one.row.kind === kind && isOpened(one));
    if (found !== undefined) return found;
  }
  return null;
}

function isOpened(one: StoredCredential): one is OpenedCredential {
  return one.content !== null;
}
