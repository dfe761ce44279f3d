/** Characters of one logged field; what is longer is cut, so that nobody fills the disk through the log. */
export const logFieldMaxLength = 2_048;
const depthMax = 5;
const itemsMax = 50;

const secretKey =
  /^(authorization|proxy-authorization|cookie|cookies|set-cookie|.*password.*|.*secret.*|.*token|tokens|.*ticket|.*api_?key|environment|env)$/i;
const secretValue = /\b(cwt_[\w-]{8,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]+)/g;
// JSON escapes what is below U+0020. Terminals obey the others too, and bidi controls make a line look like another.
const control = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export function cleanText(text: string): string {
  const cut =
    text.length > logFieldMaxLength
      ? `${text.slice(0, logFieldMaxLength)}… (${text.length} characters)`
      : text;
  return cut
    .replace(secretValue, '[redacted]')
    .replace(control, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What may be logged of a value: secrets by key and by shape are gone, text is short and harmless. */
export function cleanLog(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  if (depth >= depthMax) return '…';
  if (value instanceof Error) return cleanError(value, depth);
  if (Array.isArray(value)) return value.slice(0, itemsMax).map((item) => cleanLog(item, depth + 1));
  if (value instanceof Date) return value.toISOString();
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, itemsMax)
      .map(([key, item]) => [cleanText(key), secretKey.test(key) ? '[redacted]' : cleanLog(item, depth + 1)]),
  );
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return {
    type: name,
    message: cleanText(message),
    ...code,
    stack: cleanText(stack ?? ''),
    ...(cause === undefined ? {} : { cause: cleanLog(cause, depth + 1) }),
  };
}
