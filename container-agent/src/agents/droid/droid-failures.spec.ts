import { describe, expect, it } from '@jest/globals';
import { toFailureReason, toRetryNotice } from './droid-failures.ts';

describe('toFailureReason', () => {
  it.each([
    ['model_authentication_failed', '401 who are you', /refused the login of Droid.*\(who are you\)$/],
    ['model_authentication_failed', 'No access token available', /not logged in/],
    ['error', 'Airgap Mode is enabled. Model "x" cannot be used.', /not logged in/],
    ['model_request_rejected', '400 not this way', /^Droid failed: not this way$/],
    ['error', '429 slow down', /limits the requests.*\(slow down\)$/],
    ['error', '503 gone', /server failed.*\(gone\)$/],
    ['model_provider_unreachable', 'Connection error.', /cannot reach.*\(Connection error\.\)$/],
    ['error', 'Custom model configuration is unavailable', /Choose another model/],
    ['process_exit', '', /ended in the middle/],
    ['something_new', '', /without saying why \(something_new\)/],
    ['error', 'BYOK Error: 400 no\n\nTroubleshooting tips', /^Droid failed: no$/],
  ])('says what %s means, and why', (reason, error, words) => {
    expect(toFailureReason(reason, error)).toMatch(words);
  });
});

describe('toRetryNotice', () => {
  it('has words for what it does not know', () => {
    expect(toRetryNotice('rate_limited')).toContain('429');
    expect(toRetryNotice('bored')).toContain('(bored)');
  });
});
