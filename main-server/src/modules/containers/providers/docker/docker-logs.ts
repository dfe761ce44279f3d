import { StringDecoder } from 'node:string_decoder';

const headerBytes = 8;

/** Lines out of the engine's multiplexed stream: each frame is [stream, 0, 0, 0, length as 4 bytes] and its content. */
export async function* demultiplexLines(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncIterable<string> {
  const decoder = new StringDecoder('utf8');
  let pending: Buffer = Buffer.alloc(0);
  let line = '';
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= headerBytes) {
      const end = headerBytes + pending.readUInt32BE(4);
      if (pending.length < end) break;
      const parts = (line + decoder.write(pending.subarray(headerBytes, end))).split('\n');
      pending = pending.subarray(end);
      line = parts.pop() ?? '';
      yield* parts;
    }
  }
  if (line !== '') yield line;
}
