export const credentialEvents = { changed: 'credential.changed' } as const;

/** What a user logs agents in with is another one, or gone. */
export interface CredentialsChanged {
  readonly userId: string;
}
