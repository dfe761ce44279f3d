import { writeFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

// A program that offers one tool, and leaves in a file who it is and what it was started with.
const [name, file] = process.argv.slice(2);
const server = new McpServer({ name, version: '1.0.0' });
server.registerTool(`greet_by_${name}`, { description: 'Greets.' }, () => ({
  content: [{ type: 'text', text: `Greetings from ${name}` }],
}));
writeFileSync(file, JSON.stringify({ pid: process.pid, greeting: process.env['GREETING'] }));
await server.connect(new StdioServerTransport());
