/**
 * A port of 127.0.0.1 that nobody uses right now, for a program that has to be told it before it starts.
 * @throws when a hundred looks found none
 */
export function findFreePort(): Promise<number>;
