const firstControlOpcode = 0x8;
const maskBytes = 4;

/**
 * Whether these bytes of a WebSocket are pings, pongs and closes alone, which both ends send by themselves. They have to
 * begin with a frame: the middle of a long one may be taken for such, which is harmless since its beginning was seen.
 */
export function areControlFrames(chunk: Buffer): boolean {
  let at = 0;
  while (at < chunk.length) {
    const opcode = (chunk[at] ?? 0) & 0x0f;
    if (opcode < firstControlOpcode) return false;
    const lengths = chunk[at + 1] ?? 0;
    // Control frames have no longer lengths than these seven bits.
    at += 2 + (lengths & 0x7f) + (lengths & 0x80 ? maskBytes : 0);
  }
  return true;
}
