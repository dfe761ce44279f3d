import type { Page } from '@playwright/test';
import type { RunningServer } from './running-server.ts';

/** The REST API, as a script of the logged-in user would call it. */
export class ApiClient {
  private constructor(
    private readonly server: RunningServer,
    private readonly secret: string,
  ) {}

  /** Makes an API token in the page of the logged-in user. */
  static async of(server: RunningServer, page: Page, name: string): Promise<ApiClient> {
    const secret = await page.evaluate(async (tokenName) => {
      const response = await fetch('/api/auth/tokens', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: tokenName, scope: 'full', expiresInDays: 30 }),
      });
      if (!response.ok) throw new Error(await response.text());
      return ((await response.json()) as { secret: string }).secret;
    }, name);
    return new ApiClient(server, secret);
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.server.port}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.secret}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

/** Looks again and again until `find` finds something. */
export async function waitFor<T>(
  what: string,
  find: () => Promise<T | null | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await find();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
