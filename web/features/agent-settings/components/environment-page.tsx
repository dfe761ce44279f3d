'use client';

import { Banner } from '@codex-webapp/ui';
import { McpServersSection } from './mcp-servers-section.tsx';
import { VariablesSection } from './variables-section.tsx';

/** What all of the user's sessions give to their agents. */
export function EnvironmentPage() {
  return (
    <>
      <VariablesSection
        owner={null}
        description="For agents, terminals, shell commands, clones and setup scripts of all your sessions, from their next start or message on."
      />
      <McpServersSection owner={null} description="Tools for the agents of all your sessions." />
      <Banner>
        Secrets are stored encrypted and never shown again. A session gets them in memory; what runs in it can
        read them, so give those that you can revoke. What a session sets itself goes before this.
      </Banner>
    </>
  );
}
