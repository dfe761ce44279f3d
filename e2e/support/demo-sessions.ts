import { waitFor, type ApiClient } from './api-client.ts';
import { recipes, type DemoName, type Recipe } from './demo-recipes.ts';
import { waitForSession, type Session } from './wait-for-session.ts';

/** Makes each session once, when it is first asked for, and waits until it shows what it is for. */
export class DemoSessions {
  private readonly made = new Map<DemoName, Promise<Session>>();

  constructor(
    private readonly api: ApiClient,
    private readonly provider: 'process' | 'docker',
  ) {}

  get(name: DemoName): Promise<Session> {
    const made = this.made.get(name) ?? this.make(recipes[name]);
    this.made.set(name, made);
    return made;
  }

  private async make(recipe: Recipe): Promise<Session> {
    const {
      title,
      agent,
      mode = 'full-auto',
      provider = this.provider,
      prompts = [],
      until,
      after,
      begins,
    } = recipe;
    const session = await this.api.ask<Session>('POST', '/sessions', {
      title,
      agent,
      provider,
      permissionMode: mode,
      ...begins,
    });
    for (const text of prompts) await this.api.ask('POST', `/sessions/${session.id}/messages`, { text });
    await after?.(session, this.api);
    if (until === undefined) await this.waitForAnswers(session.id, prompts.length);
    return waitForSession(this.api, session.id, until ?? { status: 'idle' });
  }

  private async waitForAnswers(sessionId: string, count: number): Promise<void> {
    await waitFor(`${count} answers`, async () => {
      const { messages } = await this.api.ask<{ messages: { role: string }[] }>(
        'GET',
        `/sessions/${sessionId}/messages`,
      );
      return messages.filter(({ role }) => role === 'assistant').length === count;
    });
  }
}
