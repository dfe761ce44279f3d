import { BadRequestError } from '../model-api.ts';

/** The parts of a Responses request the script depends on. */
export interface ResponsesRequest {
  readonly model: string;
  readonly input: readonly InputItem[];
  readonly toolNames: ReadonlySet<string>;
  readonly cacheKey: string;
}

export interface InputItem {
  readonly type: string;
  readonly role: string;
  readonly callId: string;
  readonly name: string;
  /** All the text of a message, or a tool's output. */
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

export function parseResponsesRequest(body: unknown): ResponsesRequest {
  if (!isObject(body)) throw new BadRequestError('The body is not a JSON object.');
  if (body.stream !== true) throw new BadRequestError('"stream" is not true, and this server only streams.');

  const input = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
  if (!Array.isArray(input)) throw new BadRequestError('"input" is neither a text nor an array of items.');

  return {
    model: asText(body.model),
    input: input.filter(isObject).map(toInputItem),
    // Code-mode models get their tools as an input item.
    toolNames: new Set(
      [body, ...input].flatMap((holder) => (isObject(holder) ? listToolNames(holder.tools) : [])),
    ),
    cacheKey: asText(body.prompt_cache_key),
  };
}

function toInputItem(item: Json): InputItem {
  return {
    type: asText(item.type) || 'message',
    role: asText(item.role),
    callId: asText(item.call_id),
    name: asText(item.name),
    text: joinText(item.content ?? item.output),
  };
}

/** Tools of code mode are described in the text of the tool `exec`, under headings; they count as `exec.<name>`. */
function listToolNames(tools: unknown): string[] {
  if (!Array.isArray(tools)) return [];
  return tools.filter(isObject).flatMap((tool) => {
    const name = asText(tool.name) || asText(tool.type);
    const nested =
      name === 'exec'
        ? [...asText(tool.description).matchAll(/^### `(\w+)`$/gm)].map((match) => `exec.${match[1]}`)
        : [];
    return [name, ...nested, ...listToolNames(tool.tools)];
  });
}

function joinText(content: unknown): string {
  if (!Array.isArray(content)) return asText(content);
  return content
    .filter(isObject)
    .map((part) => asText(part.text))
    .join('\n');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
