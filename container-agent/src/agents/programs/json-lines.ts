import type { Readable } from 'node:stream';

/** Characters. Far more than an agent says at once, pictures included. */
export const lineMaxLength = 32 * 1024 * 1024;

/** The program prints a line without an end. What it says after that cannot be understood. */
export class EndlessLineError extends Error {
  constructor() {
    super(`it printed a line of more than ${lineMaxLength / 1024 / 1024} MiB`);
    this.name = 'EndlessLineError';
  }
}

/**
 * The lines of a text stream. The next one is read once the consumer asks for it, so that a slow one slows the writer.
 * @throws EndlessLineError
 */
export async function* readLines(stream: Readable, maxLength = lineMaxLength): AsyncIterable<string> {
  /** Of a line whose end has not come. */
  let parts: string[] = [];
  let length = 0;
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    const [first = '', ...others] = chunk.split('\n');
    parts.push(first);
    length += first.length;
    if (length > maxLength) throw new EndlessLineError();
    const rest = others.pop();
    if (rest === undefined) continue;
    yield parts.join('');
    yield* others;
    parts = [rest];
    length = rest.length;
  }
}

/** Null for what is no JSON: programs print other lines too. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
