import { describe, expect, it } from '@jest/globals';
import type { AgentRequestResponse } from '@codex-webapp/contracts';
import type { MessageItemOf } from '@codex-webapp/contracts/messages';
import { renderToStaticMarkup } from 'react-dom/server';
import { ConversationContext, type ConversationContextValue } from '../conversation-context.tsx';
import { emptyConversation } from '../conversation-state.ts';
import { buildRequest } from '../testing/frames.ts';
import { PermissionCard } from './permission-card.tsx';
import { QuestionCard } from './question-card.tsx';

const permission: MessageItemOf<'permission'> = {
  type: 'permission',
  id: 'request-1',
  title: 'Run rm',
  options: [
    { optionId: 'allow', name: 'Allow once', kind: 'allow_once' },
    { optionId: 'deny', name: 'Deny', kind: 'reject_once' },
  ],
  state: 'expired',
};

const question: MessageItemOf<'question'> = {
  type: 'question',
  id: 'request-1',
  questions: [
    { questionId: 'db', question: 'Which database?', options: [{ label: 'SQLite' }], allowsOther: false },
  ],
  state: 'expired',
};

const allowed = { status: 'expired', answer: { optionId: 'allow' } } as const;
const answered = { status: 'expired', answer: { answers: { db: ['SQLite'] } } } as const;

function draw(card: React.ReactNode, request?: Partial<AgentRequestResponse>): string {
  const requests = request === undefined ? {} : { 'request-1': buildRequest(request) };
  const conversation = { ...emptyConversation, requests };
  const value = { conversation, actions: {} } as unknown as ConversationContextValue;
  return renderToStaticMarkup(<ConversationContext value={value}>{card}</ConversationContext>);
}

describe.each([
  ['PermissionCard', <PermissionCard key="p" item={permission} />, 'Allow once</', allowed],
  ['QuestionCard', <QuestionCard key="q" item={question} />, 'SQLite</', answered],
])('%s of an agent that has died', (_name, card, option, kept) => {
  it('can be answered still, and does not call out', () => {
    const html = draw(card, { status: 'expired' });
    expect(html).toContain('The agent stopped before you answered');
    expect(html).toMatch(/<button/);
    expect(html).not.toContain('alertdialog');
    expect(html).not.toContain('assertive');
  });

  it('offers the kept answer as the next prompt', () => {
    const html = draw(card, { ...kept, kept: { text: 'You stopped…', promptId: null } });
    expect(html).toContain(option);
    expect(html).toContain('The agent had stopped; your answer is kept.');
    expect(html.match(/<button/g)).toHaveLength(1);
    expect(html).toContain('Send as next prompt');
  });

  it('offers it no more once it was sent', () => {
    const html = draw(card, { ...kept, kept: { text: 'You stopped…', promptId: 'prompt-2' } });
    expect(html).toContain('your answer was sent as a prompt');
    expect(html).not.toContain('<button');
  });

  it('takes no answer once the conversation has gone on', () => {
    const html = draw(card);
    expect(html).not.toContain('<button');
    expect(html.toLowerCase()).toContain('not answered');
  });
});

describe('a request that waits', () => {
  it('calls for an answer', () => {
    const html = draw(<PermissionCard item={{ ...permission, state: 'pending' }} />, { status: 'pending' });
    expect(html).toContain('role="alertdialog"');
    expect(html).toContain('Needs your permission');
  });
});
