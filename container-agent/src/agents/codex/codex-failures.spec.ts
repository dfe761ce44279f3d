import { describe, expect, it } from '@jest/globals';
import { toFailureReason, toRetryNotice } from './codex-failures.ts';

describe('toFailureReason', () => {
  it.each([
    [{ httpConnectionFailed: { httpStatusCode: 401 } }, /refused the login/],
    [{ responseTooManyFailedAttempts: { httpStatusCode: 429 } }, /limits the requests/],
    [{ httpConnectionFailed: { httpStatusCode: 503 } }, /server failed/],
    [{ httpConnectionFailed: { httpStatusCode: 404 } }, /with 404/],
    [{ responseStreamDisconnected: { httpStatusCode: null } }, /connection .* broke/],
    ['contextWindowExceeded', /too long/],
    ['usageLimitExceeded', /usage limit/],
    ['somethingNew', /^Codex failed: because$/],
    [{ activeTurnNotSteerable: { turnKind: 'review' } }, /^Codex failed: because$/],
    [null, /^Codex failed: because$/],
  ])('says what %j means, and why', (codexErrorInfo, reason) => {
    expect(toFailureReason({ message: 'because', codexErrorInfo })).toMatch(reason);
    expect(toFailureReason({ message: 'because', codexErrorInfo })).toContain('because');
  });

  it('takes the sentence out of a body of the API', () => {
    const message = '{"error":{"message":"not this way","type":"invalid_request_error"}}';
    expect(toFailureReason({ message, codexErrorInfo: 'other' })).toBe('Codex failed: not this way');
  });

  it('has words for no error at all', () => {
    expect(toFailureReason(null)).toContain('without saying why');
  });
});

describe('toRetryNotice', () => {
  it('tells a network that is not there, which codex waits for without end', () => {
    const message = 'Reconnecting... waiting for network';
    expect(toRetryNotice({ message, codexErrorInfo: 'other' })).toContain('Interrupt to stop it.');
  });
});
