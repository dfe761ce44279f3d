import { describe, expect, it } from '@jest/globals';
import type { TurnUsage } from '@codex-webapp/contracts/messages';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { ConversationContext, type ConversationContextValue } from '../conversation-context.tsx';
import { TurnEventsContext, type TurnEventsSource } from '../turn-events-source.ts';
import { TurnFooter } from './turn-footer.tsx';

const context = { agents: [{ id: 'codex', name: 'Codex' }] } as unknown as ConversationContextValue;
const source: TurnEventsSource = { list: () => new Promise(() => undefined) };

function draw(footer: ReactNode, events: TurnEventsSource | null = source): string {
  return renderToStaticMarkup(
    <TurnEventsContext value={events}>
      <ConversationContext value={context}>{footer}</ConversationContext>
    </TurnEventsContext>,
  );
}

function footerOf(usage: TurnUsage | null, turnId: string | null = 't'): ReactNode {
  return (
    <TurnFooter turn={{ turnId, items: [], agent: 'codex', outcome: 'completed', reason: null, usage }} />
  );
}

describe('TurnFooter', () => {
  it('says what the conversation has cost, where its agent counts that', () => {
    const usage = { inputTokens: 10, outputTokens: 2, contextTokens: 12, contextWindow: 100 };
    expect(draw(footerOf({ ...usage, costUsd: 0.0316 }))).toContain('Codex · 12% of context · $0.03<');
    expect(draw(footerOf({ ...usage, costUsd: 0.004 }))).toContain('&lt;$0.01<');
    expect(draw(footerOf(usage))).toContain('Codex · 12% of context<');
    expect(draw(footerOf(null))).toContain('Codex<');
  });

  it('offers the events of its turn, where they can be asked for', () => {
    expect(draw(footerOf(null))).toContain('Raw events');
    expect(draw(footerOf(null), null)).not.toContain('Raw events');
    expect(draw(footerOf(null, null))).not.toContain('Raw events');
  });
});
