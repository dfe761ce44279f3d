import { describe, expect, it } from '@jest/globals';
import { attachmentPathSchema } from './attachments.ts';

describe('the path of an attachment', () => {
  it.each([
    '.attachments/0f3a/shot.png',
    '.attachments/a-b/Bildschirmfoto 2026 ü.png',
    '.attachments/a/..png',
  ])('is %s', (path) => expect(attachmentPathSchema.safeParse(path).success).toBe(true));

  it.each([
    'shot.png',
    '/etc/passwd',
    '.attachments/shot.png',
    '.attachments/../shot.png',
    '.attachments/a/..',
    '.attachments/a/.',
    '.attachments/a/',
    '.attachments/a/b/c.png',
    '.attachments/./a.png',
    '.attachments/a/b\\c.png',
    '.attachments/a/b\nc.png',
    '.attachments/a/b\0c.png',
    ' .attachments/a/b.png',
    '.attachments/a/b.png\n',
    `.attachments/a/${'x'.repeat(121)}`,
  ])('is not %j', (path) => expect(attachmentPathSchema.safeParse(path).success).toBe(false));
});
