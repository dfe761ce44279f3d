import { Injectable } from '@nestjs/common';
import {
  agentSettingsLimits,
  refusalOfVariable,
  type EnvironmentResponse,
  type SaveEnvironmentRequest,
} from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import type { StoredValue } from './agent-settings-content.ts';
import { toEnvironmentResponse } from './agent-settings.mapper.ts';
import { AgentSettingsStore } from './agent-settings-store.ts';
import { invalid, toStoredValues } from './named-values.ts';
import { SettingsPlaces } from './settings-places.ts';

/** Variables that agents, shells, terminals and preparations of sessions find in their environment. */
@Injectable()
export class EnvironmentService {
  constructor(
    private readonly places: SettingsPlaces,
    private readonly store: AgentSettingsStore,
  ) {}

  /** `sessionId` null: of all the user's sessions. @throws session.not_found */
  async read(user: AuthUser, sessionId: string | null): Promise<EnvironmentResponse> {
    const place = await this.places.get(user, sessionId);
    return toEnvironmentResponse(await this.store.find(place, 'environment'));
  }

  /** Counts from the next message, terminal or command on. @throws session.not_found, request.invalid, settings.secret_missing */
  async save(
    user: AuthUser,
    sessionId: string | null,
    { variables }: SaveEnvironmentRequest,
  ): Promise<EnvironmentResponse> {
    const place = await this.places.get(user, sessionId);
    variables.forEach(({ name }, index) => {
      const refusal = refusalOfVariable(name);
      if (refusal !== null) throw invalid(`variables.${index}.name`, refusal);
    });
    await this.store.change({
      user,
      place,
      kind: 'environment',
      toNext: ({ content }) => {
        const next = toStoredValues('variables', variables, content ?? []);
        refuseExcess(next);
        return next;
      },
    });
    return this.read(user, sessionId);
  }
}

function refuseExcess(variables: readonly StoredValue[]): void {
  const max = agentSettingsLimits.environmentMaxLength;
  const size = variables.reduce((sum, { name, value }) => sum + name.length + Buffer.byteLength(value), 0);
  if (size > max) throw invalid('variables', `All names and values together are at most ${max} bytes.`);
}
