import type { FieldProblem } from '@codex-webapp/contracts';
import { StandardSchemaValidationPipe, ValidationPipe, type ValidationError } from '@nestjs/common';
import { DomainError } from '../domain-error.ts';

const problemsMax = 50;

function requestInvalid(fields: readonly FieldProblem[]): DomainError {
  const names = fields.map(({ field }) => field).join(', ');
  return new DomainError('request.invalid', {
    message:
      names === '' ? 'The request is not valid.' : `The request is not valid: ${names}.`.slice(0, 1_000),
    details: { fields: fields.slice(0, problemsMax) },
  });
}

/** For classes in `dto/`. Fields a DTO does not name are refused, not dropped. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors: ValidationError[]) =>
      requestInvalid(errors.flatMap((error) => flatten(error, ''))),
  });
}

/** For `@Body({ schema })` and `@MessageBody({ schema })`. Without it a schema checks nothing, silently. */
export function createSchemaPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) =>
      requestInvalid(
        issues.map(({ path = [], message }) => ({
          field: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
          problems: [message],
        })),
      ),
  });
}

function flatten(error: ValidationError, prefix: string): readonly FieldProblem[] {
  const field = `${prefix}${error.property}`.slice(0, 200);
  const problems = Object.values(error.constraints ?? {});
  const own = problems.length === 0 ? [] : [{ field, problems }];
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, `${field}.`))];
}
