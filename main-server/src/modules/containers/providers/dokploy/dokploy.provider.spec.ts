import { describeContainerOutput } from '../../../../../test/support/describe-container-output.ts';
import { describeContainerProvider } from '../../../../../test/support/describe-container-provider.ts';
import { makeDokploySetup } from '../../../../../test/support/dokploy-setup.ts';

describeContainerProvider('DokployContainerProvider', makeDokploySetup, { startSteps: ['image', 'start'] });
describeContainerOutput('DokployContainerProvider', makeDokploySetup);
