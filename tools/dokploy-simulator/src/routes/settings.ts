import { organizationId } from '../rows.ts';
import type { Routes } from './route.ts';

export const settingsRoutes: Routes = {
  'settings.getDokployVersion': (_input, { dokploy }) => dokploy.options.version,
  'settings.health': () => ({ status: 'ok' }),
  'user.get': (_input, { caller }) => ({ role: caller.role, organizationId }),
};
