import { Injectable } from '@nestjs/common';
import type { AuthUser } from '../../common/auth-user.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { SettingsPlace } from './agent-settings-store.ts';

/** Whose settings a user may see and change: their own, and those of their sessions. */
@Injectable()
export class SettingsPlaces {
  constructor(private readonly sessions: SessionStateService) {}

  /** @throws session.not_found */
  async get(user: AuthUser, sessionId: string | null): Promise<SettingsPlace> {
    if (sessionId === null) return { userId: user.id, sessionId: null };
    const session = await this.sessions.getOwned(user, sessionId);
    return { userId: null, sessionId: session.id };
  }
}
