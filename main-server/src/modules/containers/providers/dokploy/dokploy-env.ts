import { ContainerProviderError } from '../container-provider.errors.ts';

/** The values Dokploy's format cannot hold, as JSON in base64; container-agent takes it apart before anything else. */
export const encodedVariable = 'CODEX_WEBAPP_ENV';

const key = /^[\w.-]+$/;
/** Needs no quotes: neither spaces nor `#`, which would end it. */
const bare = /^[A-Za-z0-9_\-.,:/@%+=~!?*&;<>()[\]|^{}$]*$/;

/**
 * An environment as the text Dokploy reads, which is a dotenv file in which `${{…}}` means something and no character can
 * be escaped. Whatever it cannot say goes into one variable of its own, so that nothing is changed on its way.
 */
export function encodeEnvironment(environment: Readonly<Record<string, string>>): string {
  const lines: string[] = [];
  const rest: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const line = key.test(name) ? toLine(name, value) : null;
    if (line === null) rest[name] = value;
    else lines.push(line);
  }
  if (Object.keys(rest).length > 0) {
    if (encodedVariable in environment) {
      throw new ContainerProviderError(
        'rejected',
        `${encodedVariable} is a name of our own; use another one.`,
      );
    }
    lines.push(`${encodedVariable}=${Buffer.from(JSON.stringify(rest)).toString('base64')}`);
  }
  return lines.join('\n');
}

/** Null for what the format cannot say. */
function toLine(name: string, value: string): string | null {
  // A carriage return becomes a newline, and a reference has no escape.
  if (value.includes('\r') || value.includes('${{') || value.includes('\0')) return null;
  if (bare.test(value)) return `${name}=${value}`;
  if (value.includes('\\')) return null;
  for (const quote of ["'", '`', '"']) {
    if (!value.includes(quote)) return `${name}=${quote}${value}${quote}`;
  }
  return null;
}
