import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ProviderUnderTest } from './describe-container-provider.ts';

/** What `testProgram` prints beside plain lines, from providers that run it. */
export function describeContainerOutput(
  name: string,
  makeProvider: () => Promise<ProviderUnderTest>,
  timeoutMs = 20_000,
): void {
  describe(`${name}, as the reader of a log`, () => {
    async function linesWith(
      environment: Record<string, string>,
      awaited: string,
    ): Promise<readonly string[]> {
      const { provider, dispose } = await makeProvider();
      try {
        const sessionId = randomUUID();
        const workspace = { WORKSPACE_PATH: provider.workspacePath(sessionId) };
        const ref = await provider.start({
          sessionId,
          generation: 1,
          environment: { ...workspace, ...environment },
        });
        const lines: string[] = [];
        for await (const { text } of provider.logs(ref, { follow: true })) {
          lines.push(text);
          if (text === awaited) break;
        }
        const kept: string[] = [];
        for await (const { text } of provider.logs(ref, { tail: 1_000 })) kept.push(text);
        expect(kept.slice(0, lines.length).join('\n') === lines.join('\n')).toBe(true);
        return lines;
      } finally {
        await dispose();
      }
    }

    function claim(text: string, test: () => Promise<void>): void {
      it(text, test, timeoutMs);
    }

    claim('gives bytes that are no text, and characters that were printed in parts', async () => {
      const odd = 'odd \u20ac\ufffd\ufffd\u0000\u001b[31mred \ud83d\ude00';
      expect(await linesWith({ PRINT_ODD: 'yes' }, odd)).toContain(odd);
    });

    claim('cuts a line that is too long, and says by how much', async () => {
      const lines = await linesWith({ PRINT_LONG: '100000' }, 'after the long line');
      const long = lines.find((line) => line.startsWith('xxx'));
      expect(long?.length).toBeLessThan(20_000);
      expect(long).toMatch(/x … \d+ more bytes$/);
    });
  });
}
