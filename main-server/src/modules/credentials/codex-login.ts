import { z } from 'zod';
import type { AuthFilesContent, CredentialContent } from './credential-content.ts';

/** The part of codex's auth.json that says how to get another access token; the rest is kept as it is. */
const authFileSchema = z.looseObject({
  tokens: z.looseObject({
    access_token: z.string().min(1),
    refresh_token: z.string().min(1),
    account_id: z.string().nullish(),
  }),
});
const claimsSchema = z.object({
  exp: z.number().nullish(),
  'https://api.openai.com/auth': z
    .object({
      chatgpt_account_id: z.string().nullish(),
      chatgpt_plan_type: z.string().nullish(),
    })
    .nullish(),
});

/** A ChatGPT login, taken out of a file. */
export interface RenewableLogin {
  readonly accessToken: string;
  /** Good for one use: whoever uses it must keep what comes back. */
  readonly refreshToken: string;
  readonly accountId: string;
  readonly plan: string | null;
  /** Null when the token does not say. */
  readonly expiresAt: number | null;
}

export interface RenewedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly idToken: string | null;
}

/** Null for anything but a ChatGPT login of codex: that is given to containers as it is. */
export function findRenewable(agent: string, content: CredentialContent): RenewableLogin | null {
  if (agent !== 'codex' || content.kind !== 'auth-file') return null;
  const [file, ...others] = content.files;
  if (file === undefined || others.length > 0) return null;
  const { tokens } = parseFile(file.content) ?? {};
  if (tokens === undefined) return null;
  const claims = readClaims(tokens.access_token);
  const auth = claims?.['https://api.openai.com/auth'];
  const accountId = tokens.account_id ?? auth?.chatgpt_account_id;
  if (!accountId) return null;
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    accountId,
    plan: auth?.chatgpt_plan_type ?? null,
    expiresAt: claims?.exp ? claims.exp * 1_000 : null,
  };
}

/** The file with the new tokens in the place of the old ones, as codex would have written it. */
export function withTokens(content: AuthFilesContent, tokens: RenewedTokens, at: Date): AuthFilesContent {
  const files = content.files.map(({ path, content: text }) => {
    const file = parseFile(text);
    if (file === null) return { path, content: text };
    const renewed = {
      ...file,
      tokens: {
        ...file.tokens,
        access_token: tokens.accessToken,
        ...(tokens.refreshToken === null ? {} : { refresh_token: tokens.refreshToken }),
        ...(tokens.idToken === null ? {} : { id_token: tokens.idToken }),
      },
      last_refresh: at.toISOString(),
    };
    return { path, content: JSON.stringify(renewed) };
  });
  return { kind: 'auth-file', files };
}

function parseFile(text: string): z.infer<typeof authFileSchema> | null {
  try {
    return authFileSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What a token says of itself. Not verified: it is the user's own, and its maker judges it. */
function readClaims(token: string): z.infer<typeof claimsSchema> | null {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    return claimsSchema.safeParse(JSON.parse(payload)).data ?? null;
  } catch {
    return null;
  }
}
