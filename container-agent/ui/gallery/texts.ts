export const testOutput = `
> app@1.4.0 test
> jest login.spec.ts

 FAIL  src/auth/login.spec.ts
  ✕ keeps a login alive for thirty days (12 ms)

    expect(received).toBe(expected)
    Expected: false
    Received: true

Tests: 1 failed, 11 passed, 12 total
`;

export const patch = `@@ -8,9 +8,10 @@ const lifetimeMs = 30 * day;
 
 /** A token that ends after \`lifetimeMs\`. */
-export function createToken(userId: string): Token {
-  const issuedAt = Date.now();
+export function createToken(userId: string, clock: Clock): Token {
+  const issuedAt = clock.now();
   return { userId, issuedAt, expiresAt: issuedAt + lifetimeMs };
 }
 
+export const systemClock: Clock = { now: () => Date.now() };
`;

export const longAnswer = `The test passes again. **Cause:** \`createToken\` read the real clock while the test froze its own, so a token was expired the moment it was made.

### What changed

1. \`createToken\` takes a \`Clock\` instead of calling \`Date.now()\`
2. \`systemClock\` is the default in production
3. The spec injects a frozen one

| File | Lines | Why |
|---|---:|---|
| \`src/auth/token.ts\` | +4 −2 | takes the clock |
| \`src/auth/login.spec.ts\` | +3 −1 | injects it |

\`\`\`ts
const clock: Clock = { now: () => 1_700_000_000_000 };
const token = createToken('ada', clock); // frozen
\`\`\`

> Nothing else calls \`Date.now()\` in \`src/auth\`.

- [x] login
- [ ] logout, see [the guide](https://example.com/guide/clocks)`;
