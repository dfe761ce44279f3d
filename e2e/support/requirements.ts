import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from '@playwright/test';
import { whyNoDocker } from './docker-engine.ts';

/** Skips the test that calls it, loudly, where no engine answers; where every suite is required that is a failure. */
export async function requireDocker(): Promise<void> {
  skipUnless(await whyNoDocker());
}

/** Likewise where `codex` is not on PATH; `npm test` puts the pinned one there. */
export function requireCodex(): void {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const isThere = folders.some((folder) => existsSync(path.join(folder, 'codex')));
  skipUnless(isThere ? null : '`codex` is not on PATH; `npm test` installs the pinned version');
}

function skipUnless(why: string | null): void {
  if (why === null) return;
  if (process.env.REQUIRE_ALL_SUITES === '1') throw new Error(`REQUIRE_ALL_SUITES is set, but ${why}.`);
  process.stderr.write(`!! NOT run: ${test.info().title}: ${why}.\n`);
  test.skip(true, why);
}
