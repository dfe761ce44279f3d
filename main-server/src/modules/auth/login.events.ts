/** Facts about credentials, emitted after the commit. Whoever holds a socket open for one closes it. */
export const loginEvents = { ended: 'login.ended', apiTokenRevoked: 'api_token.revoked' } as const;

export interface LoginEnded {
  readonly loginId: string;
  readonly userId: string;
}

export interface ApiTokenRevoked {
  readonly tokenId: string;
  readonly userId: string;
}
