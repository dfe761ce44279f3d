import { registerDecorator, type ValidationArguments } from 'class-validator';

type FindProblem = (value: string) => string | null;

/** Refuses what the function finds a problem with, in its words. */
export function HasNoProblem(findProblem: FindProblem): PropertyDecorator {
  const problemOf = (value: unknown): string | null =>
    typeof value === 'string' ? findProblem(value) : 'must be a string';
  return (target, propertyName) => {
    registerDecorator({
      name: 'hasNoProblem',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => problemOf(value) === null,
        defaultMessage: (found?: ValidationArguments) => problemOf(found?.value) ?? '',
      },
    });
  };
}
