import type { AcpContentBlock } from './acp-protocol.ts';

/** What of a block can be read; empty for a picture or a sound. */
export function textOf(block: AcpContentBlock): string {
  if ('text' in block) return block.text;
  if ('resource' in block) return block.resource.text ?? block.resource.uri;
  return 'uri' in block ? `[${block.name ?? block.uri}](${block.uri})` : '';
}
