import type { ContainerStep } from '@codex-webapp/contracts/containers';

/** What the steps of a container's start are called, on every page that lists them. */
export const containerStepLabels: Readonly<Record<ContainerStep['name'], string>> = {
  queue: 'Wait for its turn',
  image: 'Prepare the image',
  volume: 'Prepare the volume',
  network: 'Set up the network',
  create: 'Create the container',
  start: 'Start it',
  connect: 'Connect',
};
