import { waitFor, type ApiClient } from './api-client.ts';

export interface Session {
  readonly id: string;
  readonly origin: string;
  readonly status: string;
  readonly containerStatus: string;
}

export async function waitForSession(api: ApiClient, id: string, wanted: Partial<Session>): Promise<Session> {
  return waitFor(`session ${JSON.stringify(wanted)}`, async () => {
    const session = await api.ask<Session>('GET', `/sessions/${id}`);
    const isThere = Object.entries(wanted).every(([key, value]) => session[key as keyof Session] === value);
    return isThere ? session : null;
  });
}

export async function waitForPreparation(session: Session, api: ApiClient, status: string): Promise<void> {
  await waitFor(`a preparation that is ${status}`, async () => {
    const found = await api.ask<{ status: string; tail: string }>(
      'GET',
      `/sessions/${session.id}/preparation`,
    );
    return found.status === status;
  });
}
