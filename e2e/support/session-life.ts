import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';
import { query } from './chat-database.ts';
import { containerStatesOf, volumesOf } from './docker-engine.ts';
import { processesOfSession } from './processes.ts';
import type { RunningServer } from './running-server.ts';
import { logIn, type NewSessionChoices } from './web-ui.ts';

/** What runs sessions, and where to look for what is of one. */
export interface Backend {
  readonly provider: NewSessionChoices['provider'];
  /** What of the session runs now. */
  readonly running: (sessionId: string) => Promise<readonly unknown[]>;
  /** What of the session is there at all, running or not. */
  readonly remains: (server: RunningServer, sessionId: string) => Promise<readonly unknown[]>;
  /** From a prompt to its answer, when the container has to be started for it. */
  readonly startTimeoutMs: number;
}

export const processes: Backend = {
  provider: 'This machine, no isolation',
  running: async (id) => processesOfSession(id),
  remains: async (server, id) => [
    ...processesOfSession(id),
    ...['workspaces', 'containers'].map((name) => path.join(server.folder, name, id)).filter(existsSync),
  ],
  startTimeoutMs: 30_000,
};

export const docker: Backend = {
  provider: 'Docker',
  running: async (id) => (await containerStatesOf(id)).filter((state) => state === 'running'),
  remains: async (_server, id) => [...(await containerStatesOf(id)), ...(await volumesOf(id))],
  // The first run builds the image.
  startTimeoutMs: 600_000,
};

/** Stops the container as its user does, and lets the server die and come back. */
export async function stopAndCrash(
  page: Page,
  server: RunningServer,
  { id, backend }: { readonly id: string; readonly backend: Backend },
): Promise<void> {
  await page.getByRole('button', { name: 'Session menu' }).click();
  await page.getByRole('menuitem', { name: 'Stop' }).click();
  await expect.poll(() => backend.running(id), { timeout: 30_000 }).toEqual([]);
  await server.end('SIGKILL');
  await server.start();
}

/** The session in a browser that was never here. Ends with the test's own. */
export async function openElsewhere(page: Page, server: RunningServer, sessionId: string): Promise<Page> {
  const profile = await page.context().browser()?.newContext();
  if (profile === undefined) throw new Error('The page has no browser');
  const fresh = await profile.newPage();
  await logIn(fresh, server, `/sessions/${sessionId}`);
  return fresh;
}

/** Deletes the session as its user does, after which nothing of it is left. It runs before, so that something could be. */
export async function deleteWithoutTrace(
  page: Page,
  server: RunningServer,
  { id, backend }: { readonly id: string; readonly backend: Backend },
): Promise<void> {
  expect(await backend.running(id)).not.toEqual([]);
  expect(await backend.remains(server, id)).not.toEqual([]);
  await page.getByRole('button', { name: 'Session menu' }).click();
  await page.getByRole('menuitem', { name: /Delete/ }).click();
  await page.getByRole('button', { name: 'Delete session' }).click();
  await expect.poll(() => backend.remains(server, id), { timeout: 30_000 }).toEqual([]);
  await expect.poll(() => query(server.databasePath, 'SELECT id FROM sessions WHERE id = ?', id)).toEqual([]);
}
