import { z } from 'zod';

const fileSchema = z.looseObject({ claudeAiOauth: z.looseObject({ refreshToken: z.string().nullish() }) });

/**
 * Claude's refresh token is good for one use, so it is in no container: two of them would log each other out. What is
 * left works until it expires; a setup token lasts a year.
 */
export function withoutRefreshToken<T extends { readonly content: string }>(agent: string, file: T): T {
  if (agent !== 'claude') return file;
  const parsed = parse(file.content);
  if (parsed === null) return file;
  const claudeAiOauth = { ...parsed.claudeAiOauth, refreshToken: null };
  return { ...file, content: JSON.stringify({ ...parsed, claudeAiOauth }) };
}

function parse(text: string): z.infer<typeof fileSchema> | null {
  try {
    return fileSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
