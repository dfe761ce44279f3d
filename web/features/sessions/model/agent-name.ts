const names: ReadonlyMap<string, string> = new Map([
  ['shell', 'Shell'],
  ['codex', 'Codex'],
]);

/** How an agent is called before the server's own list of agents is there. */
export function agentName(agentId: string): string {
  return names.get(agentId) ?? agentId;
}
