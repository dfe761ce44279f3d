import { Transform } from 'class-transformer';

/** Without the blanks around it. Other values than text are left to the validators. */
export function Trim(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));
}
