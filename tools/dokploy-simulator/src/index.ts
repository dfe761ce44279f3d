export {
  DokploySimulator,
  type DokploySimulatorOptions,
  type SimulatedRequest,
} from './dokploy-simulator.ts';
export type { SimulatedImage } from './dokploy.ts';
export type { Misfortune, Struck } from './misfortunes.ts';
export { toServiceEnvironment } from './service-environment.ts';
