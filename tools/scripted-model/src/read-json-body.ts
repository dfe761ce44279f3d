import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

import { BadRequestError } from './model-api.ts';

const largestBodyBytes = 64 * 1024 * 1024;

type Decoder = (bytes: Buffer) => Promise<Buffer>;

const decoders = new Map<string, Decoder>([
  ['identity', (bytes) => Promise.resolve(bytes)],
  ['gzip', promisify<Buffer, Buffer>(gunzip)],
  ['deflate', promisify<Buffer, Buffer>(inflate)],
  ['br', promisify<Buffer, Buffer>(brotliDecompress)],
]);

/** Throws a `BadRequestError` for a body that is too large, compressed in an unknown way or not JSON. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const decode = decoders.get(encoding);
  if (!decode) throw new BadRequestError(`The content encoding "${encoding}" is unknown here.`);

  const bytes = await readBytes(request);
  try {
    return JSON.parse((await decode(bytes)).toString('utf8'));
  } catch (error) {
    throw new BadRequestError('The body is not JSON.', { cause: error });
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBodyBytes) throw new BadRequestError('The body is larger than 64 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
