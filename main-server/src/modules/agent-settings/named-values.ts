import type { NamedValueRequest } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { StoredValue } from './agent-settings-content.ts';

/**
 * What is to be stored. `field` says where it stands in the request. A secret that is not given anew stays as it is, and
 * never becomes a plain value: that would tell it. @throws request.invalid, settings.secret_missing
 */
export function toStoredValues(
  field: string,
  given: readonly NamedValueRequest[],
  stored: readonly StoredValue[],
): StoredValue[] {
  refuseRepetition(
    field,
    given.map(({ name }) => name),
  );
  return given.map(({ name, value, isSecret }, index) => {
    if (value !== undefined) return { name, value, isSecret };
    const known = stored.find((one) => one.name === name);
    if (known === undefined || (known.isSecret && !isSecret)) {
      const message = `${name}: give its value.`;
      const details = { fields: [{ field: `${field}.${index}.value`, problems: [message] }] };
      throw new DomainError('settings.secret_missing', { message, details });
    }
    return { name, value: known.value, isSecret };
  });
}

/** @throws request.invalid */
export function refuseRepetition(field: string, names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalid(field, `${repeated} is there twice.`);
}

export function invalid(field: string, problem: string): DomainError {
  return new DomainError('request.invalid', {
    message: problem,
    details: { fields: [{ field, problems: [problem] }] },
  });
}
