/** The newest characters of a text, never half of one. */
export function newestOf(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const start = text.length - maxLength;
  return text.slice(isLowSurrogate(text, start) ? start + 1 : start);
}

/** The first characters of a text, never half of one. */
export function oldestOf(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return text.slice(0, isLowSurrogate(text, maxLength) ? maxLength - 1 : maxLength);
}

/** Whether a text cut before this index would be cut in the middle of a letter. */
export function isLowSurrogate(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff;
}
