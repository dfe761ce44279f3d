import { describe, expect, it } from '@jest/globals';
import { toFailureReason, toRetryNotice } from './claude-failures.ts';
import type { ClaudeResult } from './claude-protocol.ts';

function failed(result: string | null, status: number | null = null, subtype = 'success'): ClaudeResult {
  return { type: 'result', subtype, is_error: true, result, api_error_status: status };
}

describe('toFailureReason', () => {
  it.each([
    [failed('Not logged in · Please run /login'), /not logged in\. .*Settings → Agents/],
    [failed('Failed to authenticate. API Error: 401 because', 401), /refused the login.* \(because\)$/],
    [failed('API Error: 429 because', 429), /limits the requests.* \(because\)$/],
    [failed('API Error: 529 because', 529), /overloaded.* \(because\)$/],
    [
      failed('API Error: 503 because. This is a server-side issue, usually temporary — try', 503),
      /failed.* \(because\.\)$/,
    ],
    [failed('API Error: 400 because', 400), /^Claude Code failed: because$/],
    [failed('API Error: 400 prompt is too long: 1 > 0', 400), /\/compact/],
    [failed('API Error: 404 because', 404), /Choose another model/],
    [failed("You've hit your session limit · resets 2pm"), /usage limit .* resets 2pm/],
    [failed('API Error: Connection closed mid-response'), /connection .* broke/],
    [failed(null, null, 'error_max_turns'), /without saying why/],
  ])('says what %j means, and why', (result, reason) => {
    expect(toFailureReason(result)).toMatch(reason);
  });
});

describe('toRetryNotice', () => {
  const retry = {
    type: 'system',
    subtype: 'api_retry',
    attempt: 1,
    max_retries: 6,
    retry_delay_ms: 500,
  } as const;

  it('says why, and how often it will try', () => {
    expect(toRetryNotice({ ...retry, error_status: 529, error: 'overloaded' })).toContain('overloaded, 529');
    expect(toRetryNotice({ ...retry, error_status: null, error: 'unknown' })).toContain(
      'the connection broke',
    );
    expect(toRetryNotice({ ...retry })).toContain('up to 6 times');
  });
});
