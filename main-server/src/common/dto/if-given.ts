import { ValidateIf } from 'class-validator';

/** The field may be absent; `null` is not absent. */
export function IfGiven(): PropertyDecorator {
  return ValidateIf((_dto: object, value: unknown) => value !== undefined);
}
