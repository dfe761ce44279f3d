import type { ContainerStatsPoint, ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import type { Page } from '@playwright/test';

const route = /\/api\/sessions\/[^/]+\/container\/stats$/;
const mebibyte = 1024 * 1024;
const minuteMs = 60_000;

/** An hour of a session that builds and tests now and then, ten minutes of which it was stopped. */
export function busyHour(changes: Partial<ContainerStatsResponse> = {}): ContainerStatsResponse {
  const now = Date.now();
  const lastHour = Array.from({ length: 61 }, (_, index) => toPoint(index, now - (60 - index) * minuteMs));
  const live = Array.from({ length: 31 }, (_, index) => toPoint(index + 15, now - (30 - index) * 10_000));
  return {
    sessionId: 'any',
    asOf: new Date(now).toISOString(),
    isRunning: true,
    unsupported: [],
    problem: null,
    limits: { cpuCores: 2, memoryBytes: 4_096 * mebibyte, diskBytes: 20_480 * mebibyte },
    current: lastHour.at(-1) ?? null,
    live,
    lastHour: lastHour.filter((_, index) => index < 20 || index > 30),
    ...changes,
  };
}

function toPoint(index: number, at: number): ContainerStatsPoint {
  const isBuilding = index % 20 > 11;
  const wave = Math.sin(index / 2.3);
  return {
    at: new Date(at).toISOString(),
    cpuCores: isBuilding ? 1.6 + 0.3 * wave : 0.12 + 0.08 * wave,
    memoryBytes: Math.round((isBuilding ? 1_900 + 260 * wave : 640 + 40 * wave) * mebibyte),
    diskBytes: Math.round((2_100 + 30 * Math.min(index, 45)) * mebibyte),
  };
}

/** From now on the page is told this of every session; null: the server's own answers again. */
export async function showStats(page: Page, answer: (() => ContainerStatsResponse) | null): Promise<void> {
  await page.unroute(route);
  if (answer !== null) await page.route(route, (request) => request.fulfill({ json: answer() }));
}

/** From now on the page gets no answer to what a session uses. */
export async function loseStats(page: Page): Promise<void> {
  await page.unroute(route);
  await page.route(route, (request) => request.abort());
}
