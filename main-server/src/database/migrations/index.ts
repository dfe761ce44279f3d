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
];
