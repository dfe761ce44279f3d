import {
  BadRequestException,
  ImATeapotException,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../domain-error.ts';
import { toDomainError } from './to-domain-error.ts';

function httpError(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode, expose: statusCode < 500 });
}

describe('toDomainError', () => {
  it('leaves ours as they are', () => {
    const error = new DomainError('session.not_found', { message: 'No.' });
    expect(toDomainError(error)).toBe(error);
  });

  it.each([
    [new NotFoundException('Cannot GET /x?ticket=secret'), 'route.not_found'],
    [new BadRequestException('why'), 'request.invalid'],
    [new ImATeapotException(), 'request.invalid'],
    [new ServiceUnavailableException(), 'server.stopping'],
    [httpError(413, 'request entity too large'), 'request.too_large'],
    [httpError(415, 'unsupported charset'), 'request.unsupported_media_type'],
    [httpError(500, 'stream is not readable'), 'internal'],
    [new Error('connect ECONNREFUSED 10.0.0.1'), 'internal'],
    ['a string', 'internal'],
    [undefined, 'internal'],
  ])('%s becomes %s, in words of ours', (thrown, code) => {
    const error = toDomainError(thrown);
    expect(error.code).toBe(code);
    if (thrown instanceof Error) expect(error.message).not.toContain(thrown.message);
  });

  it('says when a body is no JSON', () => {
    expect(toDomainError(new BadRequestException('Unexpected token } in JSON')).message).toBe(
      'The body is not valid JSON.',
    );
  });
});
