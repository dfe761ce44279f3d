import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@codex-webapp/ui/conversation';
import { ApiError } from '../../lib/api-client.ts';
import { toWorkspaceProblem } from './workspace-error.ts';

const problemOf = (code: string) =>
  toWorkspaceProblem(new ApiError(400, code, 'The server’s words', undefined));

describe('toWorkspaceProblem', () => {
  it('says what a huge, missing or foreign file is', () => {
    expect(problemOf('workspace.too_large')).toMatchObject({ title: 'Too large to show', canRetry: false });
    expect(problemOf('workspace.not_found').title).toBe('Not there any more');
    expect(problemOf('workspace.path_invalid').title).toBe('Outside the workspace');
  });

  it('says how to get at files of a sleeping container', () => {
    expect(problemOf('container.unreachable').message).toContain('wake the session');
  });

  it('passes on what it does not know', () => {
    expect(problemOf('workspace.full').message).toBe('The server’s words');
    expect(toWorkspaceProblem(new UnavailableError('Gone')).canRetry).toBe(true);
  });
});
