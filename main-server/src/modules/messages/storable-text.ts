import { DomainError } from '@codex-webapp/nest-kit';

const loneSurrogate = /\p{Surrogate}/u;

/**
 * Text is stored as it came or not at all. SQLite ends a text at NUL in places, and a lone surrogate cannot be written
 * as UTF-8, so both would change on their way. @throws request.invalid
 */
export function checkStorable(field: string, text: string): void {
  if (!text.includes('\0') && !loneSurrogate.test(text)) return;
  const problem = 'holds a NUL character or half of a surrogate pair.';
  throw new DomainError('request.invalid', {
    message: `${field} ${problem}`,
    details: { fields: [{ field, problems: [problem] }] },
  });
}
