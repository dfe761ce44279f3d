import { StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import type { BlobContent } from './blobs.service.ts';

/** Bytes of a container: a file to save or text to read, never a page, wherever they are opened. */
export function toDownload(
  response: Response,
  sha256: string,
  { bytes, content }: BlobContent,
): StreamableFile {
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
  response.setHeader('x-content-type-options', 'nosniff');
  return new StreamableFile(content, {
    type: 'text/plain; charset=utf-8',
    disposition: `attachment; filename="${sha256.slice(0, 12)}.txt"`,
    length: bytes,
  });
}
