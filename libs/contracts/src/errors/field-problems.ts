import type { z } from 'zod';
import type { ErrorPayload, FieldProblem } from './error-body.ts';
import type { ErrorCode } from './error-codes.ts';

const problemsMax = 10;

/** What is wrong with a frame or a message, field by field. */
export function fieldProblemsOf(error: z.ZodError): readonly FieldProblem[] {
  return error.issues.flatMap(toProblems);
}

/** The error that names the first field in words and all of them for programs. */
export function invalidFields(code: ErrorCode, fields: readonly FieldProblem[]): ErrorPayload {
  const [first] = fields;
  const problem = first?.problems[0] ?? 'It is not valid.';
  const message = first?.field ? `${first.field}: ${problem}` : problem;
  return { code, message, details: { fields: fields.slice(0, problemsMax) } };
}

/** An unknown key is an issue of the object around it; the field is the key. */
function toProblems(issue: z.core.$ZodIssue): readonly FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), problems: ['Unknown field.'] }));
  }
  return [{ field: issue.path.join('.'), problems: [issue.message] }];
}
