import { BadRequestError } from '../model-api.ts';

/** The parts of a Messages request the script depends on. */
export interface MessagesRequest {
  readonly model: string;
  readonly items: readonly MessageItem[];
  /** What may be called, and what may be once `ToolSearch` has loaded it. */
  readonly toolNames: ReadonlySet<string>;
  readonly deferredToolNames: ReadonlySet<string>;
  /** The same for all requests of a conversation. */
  readonly sessionKey: string;
}

/** One block of a message. */
export interface MessageItem {
  readonly type: string;
  readonly role: string;
  /** Of a tool's call, or of the call a result belongs to. */
  readonly callId: string;
  readonly name: string;
  readonly input: Json;
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

export function parseMessagesRequest(body: unknown): MessagesRequest {
  if (!isObject(body)) throw new BadRequestError('The body is not a JSON object.');
  if (body.stream !== true) throw new BadRequestError('"stream" is not true, and this server only streams.');
  return {
    ...parseCountable(body),
    sessionKey: asText(isObject(body.metadata) ? body.metadata.user_id : ''),
  };
}

/** What `/messages/count_tokens` sends: the same, without an answer to stream. */
export function parseCountable(body: unknown): Omit<MessagesRequest, 'sessionKey'> {
  if (!isObject(body)) throw new BadRequestError('The body is not a JSON object.');
  if (!Array.isArray(body.messages)) throw new BadRequestError('"messages" is not an array.');
  const items = body.messages.filter(isObject).flatMap(toItems);
  return {
    model: asText(body.model),
    items,
    toolNames: new Set(listNames(body.tools)),
    deferredToolNames: new Set(items.flatMap(({ text }) => listDeferred(text))),
  };
}

function toItems({ role, content }: Json): readonly MessageItem[] {
  const blocks = Array.isArray(content) ? content : [{ type: 'text', text: content }];
  return blocks.filter(isObject).map((block) => ({
    type: asText(block.type),
    role: asText(role),
    callId: asText(block.id) || asText(block.tool_use_id),
    name: asText(block.name),
    input: isObject(block.input) ? block.input : {},
    text: asText(block.text) || joinText(block.content),
  }));
}

/** Claude Code names tools whose description it holds back, one a line, under a sentence that says so. */
function listDeferred(text: string): readonly string[] {
  const [, names = ''] = /to load tool schemas before calling them:\n((?:\w+\n?)+)/.exec(text) ?? [];
  return names.split('\n').filter(Boolean);
}

function listNames(tools: unknown): readonly string[] {
  return Array.isArray(tools) ? tools.filter(isObject).map((tool) => asText(tool.name)) : [];
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
