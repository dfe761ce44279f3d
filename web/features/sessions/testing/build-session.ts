import type { SessionResponse } from '@codex-webapp/contracts/sessions';

export function buildSession(overrides: Partial<SessionResponse> = {}): SessionResponse {
  return {
    id: 's1',
    title: 'Session',
    agent: 'shell',
    permissionMode: 'full-auto',
    model: null,
    effort: null,
    status: 'idle',
    provider: 'process',
    size: 'medium',
    internet: true,
    containerStatus: 'running',
    reason: null,
    origin: 'http://aaaa.localhost:3000',
    isKeptRunning: false,
    continuesAfterLimit: false,
    limitResetsAt: null,
    archivedAt: null,
    createdAt: '2026-11-22T10:00:00.000Z',
    lastActivityAt: '2026-11-22T10:00:00.000Z',
    ...overrides,
  };
}
