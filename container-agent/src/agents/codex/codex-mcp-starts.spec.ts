import { describe, expect, it } from '@jest/globals';
import { CodexMcpStarts } from './codex-mcp-starts.ts';

const said = (name: string, status: string) => ({
  method: 'mcpServer/startupStatus/updated',
  params: { threadId: 't', name, status, error: status === 'failed' ? 'Bearer hushed' : null },
});

describe('CodexMcpStarts', () => {
  it('waits for each of them, and says which failed, without what codex says of it', async () => {
    const starts = new CodexMcpStarts(['one', 'two']);
    let isSettled = false;
    const settled = starts.settle().finally(() => (isSettled = true));
    for (const message of [
      said('one', 'starting'),
      said('other', 'ready'),
      said('one', 'ready'),
      { method: 'x' },
    ])
      starts.take(message);
    await Promise.resolve();
    expect(isSettled).toBe(false);
    starts.take(said('two', 'failed'));
    const notices = await settled;
    expect(notices).toEqual([expect.stringContaining('two did not start')]);
    expect(notices.join('')).not.toContain('hushed');
  });

  it('waits for nothing where there is none', async () => {
    expect(await new CodexMcpStarts([]).settle()).toEqual([]);
  });
});
