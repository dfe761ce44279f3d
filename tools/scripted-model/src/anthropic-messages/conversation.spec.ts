import { describe, expect, it } from '@jest/globals';

import { parseScript, type ToolStep } from '../script.ts';
import { anthropicMessages } from './anthropic-messages.api.ts';
import { toConversation } from './conversation.ts';
import { parseMessagesRequest } from './messages-request.ts';

const tools = ['Bash', 'Read', 'Edit', 'ToolSearch'].map((name) => ({ name }));
const user = (...content: readonly unknown[]) => ({ role: 'user', content });
const text = (value: string) => ({ type: 'text', text: value });
const called = (id: string, name: string, input: object) => ({
  role: 'assistant',
  content: [{ type: 'tool_use', id, name, input }],
});
const answered = (id: string, content: string) => user({ type: 'tool_result', tool_use_id: id, content });

function conversationOf(...messages: readonly unknown[]) {
  return toConversation(parseMessagesRequest({ model: 'm', stream: true, tools, messages }));
}

function callsFor(line: string, ...messages: readonly unknown[]) {
  const [step] = parseScript(line);
  return [conversationOf(...messages).chooseTool(step as ToolStep) ?? []].flat();
}

const deferring = {
  role: 'system',
  content: 'Use it to load tool schemas before calling them:\nTaskCreate\nTaskUpdate\n\nMore.',
};

describe('the conversation of a Messages request', () => {
  it('finds the prompt between what Claude Code adds', () => {
    const prompt = user(text('<system-reminder>\nbe good\n</system-reminder>\n'), text('say: hi'));
    const conversation = conversationOf(user(text('say: before')), prompt, {
      role: 'system',
      content: 'env',
    });
    expect(conversation.prompt).toBe('say: hi');
  });

  it('counts what tools have answered since', () => {
    const conversation = conversationOf(
      user(text('run: ls\nsay: {output}')),
      called('1', 'Bash', {}),
      answered('1', 'a.txt<system-reminder>x</system-reminder>'),
      user(text('[Your previous response had no visible output.]')),
    );
    expect(conversation).toMatchObject({ finishedCalls: 1, lastOutput: 'a.txt', saidBefore: [] });
  });

  it('goes on behind what was kept of a cut answer', () => {
    const conversation = conversationOf(
      user(text('say: one\nsay: two')),
      { role: 'assistant', content: [text('one')] },
      user(text('Your response above was cut off mid-stream. Resume.')),
    );
    expect(conversation).toMatchObject({ prompt: 'say: one\nsay: two', saidBefore: ['one'] });
  });

  it('reads a file before it is edited', () => {
    expect(callsFor('edit: a | x | y', user(text('edit: a | x | y')))).toMatchObject([
      { name: 'Read' },
      { name: 'Edit', input: { old_string: 'x', new_string: 'y' } },
    ]);
  });

  it('loads a tool that is held back, and calls it', () => {
    expect(callsFor('plan: a* | b', user(text('plan: a* | b')), deferring)).toMatchObject([
      { name: 'ToolSearch', input: { query: 'select:TaskCreate,TaskUpdate' } },
      { name: 'TaskCreate', input: { subject: 'a' } },
      { name: 'TaskCreate', input: { subject: 'b' } },
      { name: 'TaskUpdate', input: { status: 'in_progress' } },
    ]);
  });

  it('changes the tasks that are there', () => {
    const before = [
      user(text('plan: a')),
      called('1', 'TaskCreate', { subject: 'a' }),
      answered('1', 'Task #7 created successfully: a'),
    ];
    expect(callsFor('plan: a✓', ...before, user(text('plan: a✓')), deferring).slice(1)).toMatchObject([
      { name: 'TaskUpdate', input: { taskId: '7', status: 'completed' } },
    ]);
  });

  it('does without a tool that is not offered', () => {
    expect(callsFor('ask: Tea? | Yes | No', user(text('x')))).toEqual([]);
  });

  it('counts tokens without a model', () => {
    const body = { model: 'm', messages: [user(text('12345678'))] };
    expect(anthropicMessages.answerPlainly?.('/v1/messages/count_tokens', body)).toEqual({
      input_tokens: expect.any(Number),
    });
    expect(anthropicMessages.answerPlainly?.('/v1/messages', body)).toBeNull();
  });
});
