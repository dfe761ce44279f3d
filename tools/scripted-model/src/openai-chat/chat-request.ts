import { asObjects, asText, isObject, type Json } from '../json.ts';
import { BadRequestError } from '../model-api.ts';

/** The parts of a chat completions request the script depends on. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** The offered tools, with the names of their arguments. */
  readonly tools: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface ChatMessage {
  readonly role: string;
  /** The texts of the message, in their order; of a tool, its output. */
  readonly texts: readonly string[];
}

export function parseChatRequest(body: unknown): ChatRequest {
  if (!isObject(body)) throw new BadRequestError('The body is not a JSON object.');
  if (body.stream !== true) throw new BadRequestError('"stream" is not true, and this server only streams.');
  if (!Array.isArray(body.messages)) throw new BadRequestError('"messages" is not an array.');

  return {
    model: asText(body.model),
    messages: asObjects(body.messages).map(toMessage),
    tools: new Map(asObjects(body.tools).map(toTool)),
  };
}

function toMessage({ role, content }: Json): ChatMessage {
  const texts = Array.isArray(content)
    ? asObjects(content).map((part) => asText(part.text))
    : [asText(content)];
  return { role: asText(role), texts: texts.filter(Boolean) };
}

function toTool(tool: Json): [name: string, argumentNames: ReadonlySet<string>] {
  const declared = isObject(tool.function) ? tool.function : {};
  const properties = isObject(declared.parameters) ? declared.parameters.properties : undefined;
  return [asText(declared.name), new Set(isObject(properties) ? Object.keys(properties) : [])];
}
