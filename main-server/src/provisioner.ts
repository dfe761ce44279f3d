import { startProvisioner } from './modules/containers/provisioner/start-provisioner.ts';

// The one process that has the engine's socket, where main-server shall not have it.
await startProvisioner();
