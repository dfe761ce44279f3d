import { Injectable } from '@nestjs/common';
import {
  agentSettingsLimits,
  headerNamePattern,
  headerValuePattern,
  variableNamePattern,
  type McpServerRequest,
  type McpServersResponse,
  type SaveMcpServersRequest,
} from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import type { StoredServer, StoredValue } from './agent-settings-content.ts';
import { toMcpServersResponse } from './agent-settings.mapper.ts';
import { AgentSettingsStore } from './agent-settings-store.ts';
import { invalid, refuseRepetition, toStoredValues } from './named-values.ts';
import { SettingsPlaces } from './settings-places.ts';

/** MCP servers that agents of sessions are given, each in its own form. */
@Injectable()
export class McpServersService {
  constructor(
    private readonly places: SettingsPlaces,
    private readonly store: AgentSettingsStore,
  ) {}

  /** `sessionId` null: of all the user's sessions. @throws session.not_found */
  async read(user: AuthUser, sessionId: string | null): Promise<McpServersResponse> {
    const place = await this.places.get(user, sessionId);
    return toMcpServersResponse(await this.store.find(place, 'mcp-servers'));
  }

  /** Counts from the next message on. @throws session.not_found, request.invalid, settings.secret_missing */
  async save(
    user: AuthUser,
    sessionId: string | null,
    { servers }: SaveMcpServersRequest,
  ): Promise<McpServersResponse> {
    const place = await this.places.get(user, sessionId);
    refuseRepetition(
      'servers',
      servers.map(({ name }) => name),
    );
    await this.store.change({
      user,
      place,
      kind: 'mcp-servers',
      toNext: ({ content }) => {
        const next = servers.map((server, index) => {
          const known = content?.find(({ name }) => name === server.name);
          return toStoredServer(`servers.${index}`, server, known);
        });
        refuseExcess(next);
        return next;
      },
    });
    return this.read(user, sessionId);
  }
}

function toStoredServer(
  field: string,
  server: McpServerRequest,
  known: StoredServer | undefined,
): StoredServer {
  const { name, isEnabled, transport, command, args = [], environment = [], url, headers = [] } = server;
  if (transport === 'stdio') {
    if (command === undefined) throw invalid(`${field}.command`, 'Say which program it is.');
    if (url !== undefined || headers.length > 0)
      throw invalid(`${field}.url`, 'A program has no address and no headers.');
    refuseNames(`${field}.environment`, environment, variableNamePattern);
    const stored = known?.transport === 'stdio' ? known.environment : [];
    const values = toStoredValues(`${field}.environment`, environment, stored);
    return { name, isEnabled, transport, command, args: [...args], environment: values };
  }
  if (url === undefined) throw invalid(`${field}.url`, 'Say where it is.');
  if (command !== undefined || args.length > 0 || environment.length > 0)
    throw invalid(`${field}.command`, 'What has an address is not started by agents.');
  refuseNames(`${field}.headers`, headers, headerNamePattern);
  // To another host the secrets for this one are not sent.
  const stored =
    known !== undefined && known.transport !== 'stdio' && hasOrigin(url, known.url) ? known.headers : [];
  const values = toStoredValues(`${field}.headers`, headers, stored);
  refuseHeaderValues(`${field}.headers`, values);
  return { name, isEnabled, transport, url, headers: values };
}

function hasOrigin(url: string, other: string): boolean {
  return new URL(url).origin === new URL(other).origin;
}

function refuseNames(field: string, values: readonly { readonly name: string }[], pattern: RegExp): void {
  values.forEach(({ name }, index) => {
    if (!pattern.test(name)) throw invalid(`${field}.${index}.name`, `${name}: no such name is possible.`);
  });
}

function refuseHeaderValues(field: string, values: readonly StoredValue[]): void {
  values.forEach(({ name, value }, index) => {
    if (!headerValuePattern.test(value))
      throw invalid(`${field}.${index}.value`, `${name}: a header is one line of plain characters.`);
  });
}

function refuseExcess(servers: readonly StoredServer[]): void {
  const max = agentSettingsLimits.mcpServersMaxLength;
  if (Buffer.byteLength(JSON.stringify(servers)) > max)
    throw invalid('servers', `All of them together are at most ${max} bytes.`);
}
