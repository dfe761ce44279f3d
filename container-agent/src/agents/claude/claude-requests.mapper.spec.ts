import { describe, expect, it } from '@jest/globals';
import { claudePermissionSchema } from './claude-protocol.ts';
import { toAnswer, toAsk } from './claude-requests.mapper.ts';

function request(toolName: string, input: object, suggestions?: readonly object[]) {
  return claudePermissionSchema.parse({
    subtype: 'can_use_tool',
    tool_name: toolName,
    input,
    tool_use_id: 'toolu_1',
    permission_suggestions: suggestions,
  });
}

const context = { workspacePath: '/workspace', diffs: undefined };
const suggestions = [
  { type: 'addRules', rules: [{ toolName: 'Bash' }], behavior: 'allow', destination: 'localSettings' },
];

describe('a permission', () => {
  it('offers what lasts only where Claude Code suggests something', () => {
    const kinds = (asked: ReturnType<typeof toAsk>) =>
      asked.type === 'permission.requested' ? asked.options.map(({ kind }) => kind) : [];
    const once = ['allow_once', 'reject_once'];
    expect(kinds(toAsk(request('Bash', { command: 'ls' }), context))).toEqual(once);
    expect(kinds(toAsk(request('Bash', { command: 'ls' }, suggestions), context))).toContain('allow_always');
  });

  it('lasts as long as the program, and is written into no file', () => {
    expect(toAnswer(request('Bash', {}, suggestions), { optionId: 'allow-always' })).toMatchObject({
      behavior: 'allow',
      updatedPermissions: [{ type: 'addRules', destination: 'session' }],
    });
  });

  it('is rejected by an answer that was not offered, and ends the turn without one', () => {
    const asked = request('Bash', { command: 'ls' });
    expect(toAnswer(asked, { optionId: 'nonsense' })).toMatchObject({ behavior: 'deny', interrupt: false });
    expect(toAnswer(asked, null)).toMatchObject({ behavior: 'deny', interrupt: true });
    expect(toAnswer(asked, { optionId: 'work' })).toMatchObject({ behavior: 'deny' });
  });
});

describe('a question', () => {
  const asked = request('AskUserQuestion', {
    questions: [
      { question: 'Which?', options: [{ label: 'A' }, { label: 'B' }], multiSelect: true },
      { question: 'Why?' },
    ],
  });

  it('is answered by its own words', () => {
    expect(
      toAnswer(asked, { answers: { 'question-1': ['A', 'B'], 'question-2': ['Because'] } }),
    ).toMatchObject({
      updatedInput: { answers: { 'Which?': 'A, B', 'Why?': 'Because' } },
    });
  });
});
