import type { CredentialTestResponse } from '@codex-webapp/contracts';
import { z } from 'zod';

type Outcome = Pick<CredentialTestResponse, 'result' | 'message'>;

const claudeSchema = z.object({
  claudeAiOauth: z.object({ accessToken: z.string().min(1), expiresAt: z.number().nullish() }),
});

/** What can be seen of auth files without using them: that they can be read, and when they end. */
export function checkFiles(
  agent: string,
  files: readonly { readonly path: string; readonly content: string }[],
  now: number,
): Outcome {
  for (const { path, content } of files) {
    if (!path.endsWith('.json')) continue;
    const parsed = parse(content);
    if (parsed === undefined)
      return { result: 'invalid', message: `${path} is no JSON. Copy the whole file.` };
    if (agent !== 'claude') continue;
    const { data } = claudeSchema.safeParse(parsed);
    if (data === undefined) {
      return {
        result: 'invalid',
        message: `${path} is not a login of Claude Code. Copy ~/.claude/.credentials.json.`,
      };
    }
    const { expiresAt } = data.claudeAiOauth;
    if (expiresAt && expiresAt <= now) {
      return {
        result: 'expired',
        message: `The login in ${path} ended ${new Date(expiresAt).toUTCString()}. A token of \`claude setup-token\` lasts a year.`,
      };
    }
  }
  return { result: 'unknown', message: 'It can be read. A session will show whether it works.' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
