import { CreateTables1795341600000 } from './20261122T1000-create-tables.ts';
import { AddPromptSteering1795600800000 } from './20261125T1000-add-prompt-steering.ts';
import { AddKeptAnswers1795737600000 } from './20261127T0000-add-kept-answers.ts';
import { AddTurnEndReported1795741200000 } from './20261127T0100-add-turn-end-reported.ts';
import { AddSearchIndexRows1795744800000 } from './20261127T0200-add-search-index-rows.ts';
import { AddSearchIndexTriggers1795748400000 } from './20261127T0300-add-search-index-triggers.ts';
import { AddContainerChoices1795750800000 } from './20261127T0340-add-container-choices.ts';
import { AddContainerEnds1795752000000 } from './20261127T0400-add-container-ends.ts';
import { AddDokploy1795755600000 } from './20261127T0500-add-dokploy.ts';
import { AddContainerImages1795760400000 } from './20261127T0620-add-container-images.ts';
import { AddPool1795761000000 } from './20261127T0630-add-pool.ts';
import { AddAgentControls1795784400000 } from './20261127T1300-add-agent-controls.ts';
import { AddCredentials1795785000000 } from './20261127T1310-add-credentials.ts';
import { AddPromptAgent1795791000000 } from './20261127T1450-add-prompt-agent.ts';
import { AddAgentSettings1795800600000 } from './20261127T1730-add-agent-settings.ts';
import { AddPreparations1795800660000 } from './20261127T1731-add-preparations.ts';
import { AddLimitResets1795800720000 } from './20261127T1732-add-limit-resets.ts';
import { AddBriefContainers1795800780000 } from './20261127T1733-add-brief-containers.ts';

/** Oldest first. */
export const migrations = [
  CreateTables1795341600000,
  AddPromptSteering1795600800000,
  AddKeptAnswers1795737600000,
  AddTurnEndReported1795741200000,
  AddSearchIndexRows1795744800000,
  AddSearchIndexTriggers1795748400000,
  AddContainerChoices1795750800000,
  AddContainerEnds1795752000000,
  AddDokploy1795755600000,
  AddContainerImages1795760400000,
  AddPool1795761000000,
  AddAgentControls1795784400000,
  AddCredentials1795785000000,
  AddPromptAgent1795791000000,
  AddAgentSettings1795800600000,
  AddPreparations1795800660000,
  AddLimitResets1795800720000,
  AddBriefContainers1795800780000,
];
