import { ValidateBy } from 'class-validator';

const questionsMax = 10;
const labelsMax = 20;
const labelMaxLength = 4_000;
const questionIdMaxLength = 128;

/** An object of arrays of strings, as small as the frames allow. */
export function IsAnswers(): PropertyDecorator {
  return ValidateBy({
    name: 'isAnswers',
    validator: {
      validate: isAnswers,
      defaultMessage: () => 'answers must be an object of arrays of strings, by question id',
    },
  });
}

function isAnswers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const answers = Object.entries(value);
  if (answers.length === 0 || answers.length > questionsMax) return false;
  return answers.every(([id, labels]) => id.length <= questionIdMaxLength && isLabels(labels));
}

function isLabels(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > labelsMax) return false;
  return value.every((label) => typeof label === 'string' && label.length <= labelMaxLength);
}
