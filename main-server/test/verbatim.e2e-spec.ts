import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageLimits } from '@codex-webapp/contracts';
import * as fc from 'fast-check';
import { ConversationPage } from './support/conversation-page.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';

/** Letters of all sizes and directions, controls, and what cannot be stored: NUL and halves of pairs. */
const unit = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '漢',
      '😀',
      'e\u0301',
      '\u202e',
      'עברית',
      '\u0007',
      '\r\n',
      '\ufeff',
      '\u2028',
      "'",
      '\\',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('\0', '\ud800', '\udfff') },
);
const texts = fc.array(unit, { minLength: 1, maxLength: 40 }).map((parts) => parts.join(''));
const longLines = fc
  .tuple(fc.constantFrom('x', 'ü', '\u202e'), fc.integer({ min: 150_000, max: messageLimits.textMaxLength }))
  .map(([letter, length]) => letter.repeat(length));

const isStorable = (text: string): boolean => !text.includes('\0') && !/\p{Surrogate}/u.test(text);

/** Text is stored as it was written, or refused. */
describe('text', () => {
  let app: TestApp;
  let user: TestUser;
  let container: ScriptedContainer;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
    container = await ScriptedContainer.create(app, (await app.addSession(user)).id);
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('of a prompt comes out as it went in, or is refused', async () => {
    const path = `/api/sessions/${container.sessionId}`;
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const answer = await app.as(user).post(`${path}/messages`, { text });
        if (!isStorable(text) || text === '') {
          expect([answer.status, answer.body.error.code]).toEqual([400, 'request.invalid']);
          return;
        }
        expect([answer.status, answer.body.text]).toEqual([202, text]);
        const stored = await app.as(user).get(`${path}/prompts/${answer.body.id}`);
        expect(stored.body.text).toBe(text);
        await app.as(user).delete(`${path}/prompts/${answer.body.id}`);
      }),
      { numRuns: 60 },
    );
  });

  it('of a message comes out as it went in, in its page and in a snapshot, or is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: texts }, longLines), async (text) => {
        const answer = await container.webhooks
          .with({ 'idempotency-key': randomUUID() })
          .post(`/api/container-webhooks/${container.sessionId}/message`, { role: 'assistant', text });
        if (!isStorable(text)) {
          expect([answer.status, answer.body.error.code]).toEqual([400, 'request.invalid']);
          return;
        }
        expect([answer.status, answer.body.text === text]).toEqual([201, true]);
        const { body } = await app.as(user).get(`/api/sessions/${container.sessionId}/messages?limit=1`);
        expect(body.messages[0].text === text).toBe(true);
        const page = await ConversationPage.open(app, user, container.sessionId);
        const { messages } = await page.waitFor('snapshot');
        expect(messages.at(-1)?.text === text).toBe(true);
        page.close();
      }),
      { numRuns: 40 },
    );
  });
});
