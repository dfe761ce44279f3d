import type { Caller } from '../caller.ts';
import type { Dokploy } from '../dokploy.ts';

export type Input = Readonly<Record<string, unknown>>;

export interface RouteContext {
  readonly dokploy: Dokploy;
  readonly caller: Caller;
  /** Resolves never when the request should hang as the real one does. */
  readonly hang: () => Promise<never>;
}

/** What it answers; `empty` is a success without a single byte, as many of Dokploy's mutations give. */
export type RouteHandler = (input: Input, context: RouteContext) => unknown;

export type Routes = Readonly<Record<string, RouteHandler>>;

export const empty = Symbol('200 without a body');
