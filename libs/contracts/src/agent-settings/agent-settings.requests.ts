/** How an agent speaks to an MCP server. */
export const mcpTransports = ['stdio', 'http', 'sse'] as const;
export type McpTransport = (typeof mcpTransports)[number];

export const agentSettingsLimits = {
  variablesMax: 100,
  variableNameMaxLength: 128,
  /** A program takes no single one that is longer than 128 KiB. */
  valueMaxLength: 16 * 1024,
  /** Names and values together. */
  environmentMaxLength: 64 * 1024,
  mcpServersMax: 20,
  mcpNameMaxLength: 40,
  commandMaxLength: 1_000,
  argumentsMax: 50,
  argumentMaxLength: 2_000,
  urlMaxLength: 2_000,
  /** Variables or headers of one MCP server. */
  mcpValuesMax: 30,
  mcpServersMaxLength: 64 * 1024,
} as const;

/** What every agent takes as the name of an MCP server. */
export const mcpNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
export const headerNamePattern = /^[\w!#$%&'*+.^`|~-]+$/;
export const headerValuePattern = /^[\x20-\x7e]*$/;

/** A variable, or a header. */
export interface NamedValueRequest {
  readonly name: string;
  /** Absent: as it is stored. Needed for what is new, and where a secret becomes a plain value. */
  readonly value?: string;
  /** Never told again. */
  readonly isSecret: boolean;
}

export interface NamedValueResponse {
  readonly name: string;
  readonly isSecret: boolean;
  /** Null for a secret. */
  readonly value: string | null;
}

/** `PUT /api/settings/environment`, `PUT /api/sessions/:sessionId/environment`: all there shall be from now on. */
export interface SaveEnvironmentRequest {
  readonly variables: readonly NamedValueRequest[];
}

export interface EnvironmentResponse {
  readonly variables: readonly NamedValueResponse[];
  /** False: sealed with a key the server does not have any more. What is saved next takes its place. */
  readonly isReadable: boolean;
  readonly updatedAt: string | null;
}

export interface McpServerRequest {
  readonly name: string;
  /** A session's that is off switches off the user's of the same name, too. */
  readonly isEnabled: boolean;
  readonly transport: McpTransport;
  /** For `stdio`, as the two below. */
  readonly command?: string;
  readonly args?: readonly string[];
  readonly environment?: readonly NamedValueRequest[];
  /** For `http` and `sse`, as the one below. */
  readonly url?: string;
  readonly headers?: readonly NamedValueRequest[];
}

/** `PUT /api/settings/mcp-servers`, `PUT /api/sessions/:sessionId/mcp-servers`: all there shall be from now on. */
export interface SaveMcpServersRequest {
  readonly servers: readonly McpServerRequest[];
}

export interface McpServerResponse {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly transport: McpTransport;
  readonly command: string | null;
  readonly args: readonly string[];
  readonly environment: readonly NamedValueResponse[];
  readonly url: string | null;
  readonly headers: readonly NamedValueResponse[];
  /** Agents that cannot be given it, by their ids. Of agents that came by configuration nobody knows before they run. */
  readonly notTakenBy: readonly string[];
}

export interface McpServersResponse {
  readonly servers: readonly McpServerResponse[];
  /** False: sealed with a key the server does not have any more. What is saved next takes its place. */
  readonly isReadable: boolean;
  readonly updatedAt: string | null;
}
