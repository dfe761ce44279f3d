/** What a WebSocket message holds, in whichever of its shapes the socket gives it. */
export function toSocketText(data: Buffer | ArrayBuffer | readonly Buffer[]): string {
  if (Buffer.isBuffer(data)) return data.toString('utf8');
  return data instanceof ArrayBuffer
    ? Buffer.from(data).toString('utf8')
    : Buffer.concat(data).toString('utf8');
}
