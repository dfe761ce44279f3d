import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { ContainerSettingsResponse } from '@codex-webapp/contracts';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { isOwned, SessionStateService, sessionNotFound } from '../session-state/session-state.service.ts';
import { agentSettingsEvents, type AgentSettingsChanged } from './agent-settings.events.ts';
import { toGivenServer, toGivenValue } from './agent-settings.mapper.ts';
import { AgentSettingsStore } from './agent-settings-store.ts';

/** Gives containers what the agents and shells of their session are to have. */
@Injectable()
export class ContainerSettingsService {
  constructor(
    private readonly store: AgentSettingsStore,
    private readonly sessions: SessionStateService,
    private readonly links: LinkRegistry,
  ) {}

  /** Of two of the same name the session's own counts, also where it is an MCP server that is off. */
  async read({ sessionId }: ContainerIdentity): Promise<ContainerSettingsResponse> {
    const session = await this.sessions.find(sessionId);
    if (session === null || !isOwned(session)) throw sessionNotFound();
    const ofUser = { userId: session.ownerId, sessionId: null };
    const ofSession = { userId: null, sessionId: session.id };
    const [commonVariables, ownVariables, commonServers, ownServers] = await Promise.all([
      this.store.find(ofUser, 'environment'),
      this.store.find(ofSession, 'environment'),
      this.store.find(ofUser, 'mcp-servers'),
      this.store.find(ofSession, 'mcp-servers'),
    ]);
    const servers = byName([...(commonServers.content ?? []), ...(ownServers.content ?? [])]);
    return {
      environment: byName([...(commonVariables.content ?? []), ...(ownVariables.content ?? [])]).map(
        toGivenValue,
      ),
      mcpServers: servers.filter(({ isEnabled }) => isEnabled).map(toGivenServer),
      problems: [
        ...problemOf('environment variables', commonVariables, ownVariables),
        ...problemOf('MCP servers', commonServers, ownServers),
      ],
    };
  }

  /** Their next message asks anew. A container that is not connected asks when it comes. */
  @OnEvent(agentSettingsEvents.changed)
  async onChanged({ userId, sessionId }: AgentSettingsChanged): Promise<void> {
    const concerned = userId === null ? [sessionId ?? ''] : await this.sessions.listIdsOf(userId);
    for (const id of concerned) this.links.get(id)?.send({ type: 'agent_settings.changed' });
  }
}

function byName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [item.name, item])).values()];
}

function problemOf(
  what: string,
  ...settings: readonly { readonly content: readonly unknown[] | null }[]
): readonly string[] {
  if (settings.every(({ content }) => content !== null)) return [];
  return [`The server cannot open your ${what} any more, and goes on without them. Save them anew.`];
}
