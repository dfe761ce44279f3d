/**
 * Said in every `hello`, on the link and on the sockets of browsers. Containers outlive upgrades of the server, so
 * `oldestSupportedProtocol` stays one behind; `fixtures/` holds frames of each version as they were on the wire.
 */
export const protocolVersion = 1;
export const oldestSupportedProtocol = 1;
