import { parse } from 'dotenv';

/**
 * An app's `env` as its container gets it: Dokploy reads it as a dotenv file, by this very library and version, and
 * then resolves `${{…}}`, for which there is no escape.
 * @throws Error for a reference to nothing
 */
export function toServiceEnvironment(text: string | null): Readonly<Record<string, string>> {
  const values = parse(text ?? '');
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      value.replace(/\$\{\{(.*?)\}\}/g, (_match, reference: string) => {
        const found = values[reference];
        if (found !== undefined) return found;
        throw new Error(`Invalid service environment variable: ${reference}`);
      }),
    ]),
  );
}
