import { describeContainerProvider } from '../../../../../test/support/describe-container-provider.ts';
import { FakeContainerProvider } from './fake.provider.ts';

const makeFake = () => {
  const provider = new FakeContainerProvider();
  provider.ticks = true;
  return Promise.resolve({ provider, dispose: () => Promise.resolve() });
};
describeContainerProvider('FakeContainerProvider', makeFake, { startSteps: ['image', 'create', 'start'] });
