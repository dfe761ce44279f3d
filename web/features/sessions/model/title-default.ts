/** What main-server calls a session that nobody has named yet. */
export const titleDefault = 'New session';
