export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Empty for what is no text. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The objects of an array; none for what is no array. */
export function asObjects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
