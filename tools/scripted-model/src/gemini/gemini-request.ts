import { asObjects, asText, isObject, type Json } from '../json.ts';
import { BadRequestError } from '../model-api.ts';

/** The parts of a Gemini request the script depends on. */
export interface GeminiRequest {
  readonly contents: readonly GeminiContent[];
  /** The offered functions, with the names of their arguments. */
  readonly tools: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface GeminiContent {
  readonly role: string;
  readonly texts: readonly string[];
  /** What the agent's functions answered. */
  readonly outputs: readonly string[];
}

export function parseGeminiRequest(body: unknown): GeminiRequest {
  if (!isObject(body)) throw new BadRequestError('The body is not a JSON object.');
  if (!Array.isArray(body.contents)) throw new BadRequestError('"contents" is not an array.');

  const declarations = asObjects(body.tools).flatMap((tool) => asObjects(tool.functionDeclarations));
  return { contents: asObjects(body.contents).map(toContent), tools: new Map(declarations.map(toTool)) };
}

function toContent({ role, parts }: Json): GeminiContent {
  const list = asObjects(parts);
  return {
    role: asText(role),
    texts: list.map((part) => asText(part.text)).filter(Boolean),
    outputs: list.flatMap(({ functionResponse }) =>
      isObject(functionResponse) ? [toOutput(functionResponse.response)] : [],
    ),
  };
}

function toOutput(response: unknown): string {
  if (!isObject(response)) return '';
  return asText(response.output) || asText(response.error) || JSON.stringify(response);
}

function toTool(declaration: Json): [name: string, argumentNames: ReadonlySet<string>] {
  const schema = declaration.parametersJsonSchema ?? declaration.parameters;
  const properties = isObject(schema) ? schema.properties : undefined;
  return [asText(declaration.name), new Set(isObject(properties) ? Object.keys(properties) : [])];
}
