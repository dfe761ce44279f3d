import { randomUUID } from 'node:crypto';
import type { AgentRequestAnswer, Question } from '@codex-webapp/contracts';
import type { QuestionAsk } from '../agent-driver.ts';
import type { AcpElicitation, AcpElicitationProperty } from './acp-protocol.ts';

type Answer = Readonly<Record<string, unknown>>;
interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: string | null | undefined;
}

const mostQuestions = 10;
/** A field for words of one's own beside a field of choices. */
const customSuffix = '_custom';

/** The fields of a form as questions. Null when the agent asks for something that is no form of up to ten of them. */
export function toElicitationAsk({ mode, message, requestedSchema }: AcpElicitation): QuestionAsk | null {
  const properties = requestedSchema?.properties ?? {};
  const fields = listFields(properties);
  if (mode !== 'form' || fields.length === 0 || fields.length > mostQuestions) return null;
  const isOnly = fields.length === 1;
  return {
    type: 'question.asked',
    agentRequestId: randomUUID(),
    questions: fields.map(([name, field]) => ({
      questionId: name.slice(0, 128),
      ...toWords(message, field, isOnly),
      options: listChoices(field)
        .slice(0, 50)
        .map(({ label, description }) => ({
          label: label.slice(0, 500),
          ...(description ? { description: description.slice(0, 2_000) } : {}),
        })),
      allowsOther: listChoices(field).length === 0 || `${name}${customSuffix}` in properties,
    })),
  };
}

export function toElicitationAnswer(
  { requestedSchema }: AcpElicitation,
  answer: AgentRequestAnswer | null,
): Answer {
  if (!answer || !('answers' in answer)) return { action: 'cancel' };
  const properties = requestedSchema?.properties ?? {};
  const content = listFields(properties).map(([name, field]) =>
    toContent(name, field, answer.answers[name] ?? [], `${name}${customSuffix}` in properties),
  );
  return { action: 'accept', content: Object.assign({}, ...content) as Answer };
}

/** What cannot be asked at all. */
export const declined: Answer = { action: 'decline' };

function listFields(
  properties: Readonly<Record<string, AcpElicitationProperty>>,
): readonly (readonly [string, AcpElicitationProperty])[] {
  return Object.entries(properties).filter(
    ([name]) => !name.endsWith(customSuffix) || !(name.slice(0, -customSuffix.length) in properties),
  );
}

function toWords(
  message: string,
  { title, description }: AcpElicitationProperty,
  isOnly: boolean,
): Pick<Question, 'header' | 'question'> {
  const words = isOnly && message ? message : (description ?? title ?? message);
  return {
    ...(title && title !== words ? { header: title.slice(0, 200) } : {}),
    question: words.slice(0, 4_000),
  };
}

function listChoices({ type, items, ...own }: AcpElicitationProperty): readonly Choice[] {
  if (type === 'boolean') return [choice('true', 'Yes'), choice('false', 'No')];
  const { oneOf, anyOf, enum: values } = type === 'array' ? (items ?? {}) : own;
  const titled = oneOf ?? anyOf;
  if (titled) {
    return titled.map((one) => ({
      value: one.const,
      label: one.title || one.const,
      description: one.description,
    }));
  }
  return (values ?? []).map((value) => choice(value, value));
}

function choice(value: string, label: string): Choice {
  return { value, label };
}

function toContent(
  name: string,
  field: AcpElicitationProperty,
  texts: readonly string[],
  hasCustomField: boolean,
): Answer {
  const choices = listChoices(field);
  const values = texts.flatMap((text) => choices.find(({ label }) => label === text)?.value ?? []);
  const own = texts.filter((text) => choices.every(({ label }) => label !== text)).join(', ');
  const custom = hasCustomField && own !== '' ? { [`${name}${customSuffix}`]: own } : {};
  const [first = hasCustomField ? undefined : own] = values;
  if (field.type === 'array') return { [name]: values, ...custom };
  return first === undefined || first === '' ? custom : { [name]: toValue(field.type, first), ...custom };
}

function toValue(type: string, text: string): string | number | boolean {
  if (type === 'boolean') return text === 'true';
  return type === 'number' || type === 'integer' ? Number(text) : text;
}
