import type { TurnEvent } from '@codex-webapp/contracts';
import type { TestApp, TestUser } from './create-test-app.ts';
import type { ScriptedContainer } from './scripted-container.ts';

export interface StartedTurn {
  readonly promptId: string;
  readonly turnId: string;
}

/** Queues a prompt by REST and lets the container begin its turn. */
export async function startTurn(
  app: TestApp,
  user: TestUser,
  container: ScriptedContainer,
  text = 'do it',
): Promise<StartedTurn> {
  const { body, status } = await app.as(user).post(`/api/sessions/${container.sessionId}/messages`, { text });
  if (status !== 202) throw new Error(`Not queued: ${status} ${JSON.stringify(body)}`);
  const promptId: string = body.id;
  const deliver = await container.socket.wait(
    (frame) => frame.type === 'prompt.deliver' && frame.promptId === promptId,
  );
  if (deliver.type !== 'prompt.deliver') throw new Error('unreachable');
  const { turnId } = deliver;
  await container.sendAcked({ type: 'turn.started', turnId, promptId, agent: 'shell' });
  return { promptId, turnId };
}

export function says(turnId: string, text: string, messageId = 'm1'): TurnEvent {
  return { type: 'message.delta', turnId, messageId, text };
}

export function ends(
  { turnId, promptId }: StartedTurn,
  outcome: 'completed' | 'interrupted' | 'failed' = 'completed',
): TurnEvent {
  return { type: 'turn.ended', turnId, promptId, outcome };
}

export function asks(turnId: string, agentRequestId: string): TurnEvent {
  const options = [
    { optionId: 'allow', name: 'Allow', kind: 'allow_once' as const },
    { optionId: 'deny', name: 'Deny', kind: 'reject_once' as const },
  ];
  return {
    type: 'permission.requested',
    turnId,
    agentRequestId,
    title: 'Run it?',
    detail: 'rm -rf build',
    options,
  };
}

/** Ends the turn and posts the message that stands for it, as its container does. */
export async function finishTurn(container: ScriptedContainer, turn: StartedTurn): Promise<void> {
  await container.sendAcked(ends(turn));
  await postAnswer(container, turn.turnId);
}

async function postAnswer(container: ScriptedContainer, turnId: string): Promise<void> {
  const { status } = await container.webhooks
    .with({ 'idempotency-key': `turn:${turnId}` })
    .post(`/api/container-webhooks/${container.sessionId}/message`, {
      role: 'assistant',
      text: 'the answer',
      turnId,
      outcome: 'completed',
    });
  if (status !== 201) throw new Error(`Not stored: ${status}`);
}
