import { CreateTables1795341600000 } from './20261122T1000-create-tables.ts';

/** Oldest first. */
export const migrations = [CreateTables1795341600000];
