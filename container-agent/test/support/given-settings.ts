import { fileURLToPath } from 'node:url';
import type { McpServer } from '@codex-webapp/contracts';
import {
  type AgentSettings,
  type GivenSettings,
  nothingGiven,
} from '../../src/agent-settings/agent-settings.ts';

/** What a test gives to a driver; what is changed counts from the next turn on. */
export class TestSettings implements AgentSettings {
  private current: GivenSettings = nothingGiven;
  private changes = 0;

  give(settings: Partial<Omit<GivenSettings, 'revision'>>): void {
    this.changes += 1;
    this.current = { ...nothingGiven, ...settings, revision: String(this.changes) };
  }

  find(): Promise<GivenSettings> {
    return Promise.resolve(this.current);
  }

  takeNotices(): readonly string[] {
    return [];
  }
}

/** Offers a tool that is named after it, and leaves in the file its pid and its greeting. */
export function greeter(name: string, greeting: string, file: string): McpServer {
  return {
    transport: 'stdio',
    name,
    command: process.execPath,
    args: [fileURLToPath(new URL('./mcp-server.mjs', import.meta.url)), name, file],
    environment: [{ name: 'GREETING', value: greeting }],
  };
}
