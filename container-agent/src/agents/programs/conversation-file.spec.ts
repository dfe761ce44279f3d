import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConversationFile } from './conversation-file.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'conversation-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('ConversationFile', () => {
  it('remembers the last conversation, in a folder it makes', async () => {
    const folder = path.join(root, 'state');
    await new ConversationFile(folder, 'agent').write({ conversationId: 'one', isUntold: true });
    await new ConversationFile(folder, 'agent').write({ conversationId: 'two', isUntold: false });
    expect(await new ConversationFile(folder, 'agent').read()).toEqual({
      conversationId: 'two',
      isUntold: false,
    });
    expect(readdirSync(folder)).toEqual(['agent.json']);
  });

  it.each(['{"threadId":"one"}', '{"conversationId":"one"}'])(
    'goes on with what older ones wrote: %s',
    async (content) => {
      writeFileSync(path.join(root, 'agent.json'), content);
      expect(await new ConversationFile(root, 'agent').read()).toEqual({
        conversationId: 'one',
        isUntold: false,
      });
    },
  );

  it.each(['', '{', '{}', '{"conversationId":1}'])('knows none when the file says %j', async (content) => {
    writeFileSync(path.join(root, 'agent.json'), content);
    expect(await new ConversationFile(root, 'agent').read()).toBeNull();
  });
});
