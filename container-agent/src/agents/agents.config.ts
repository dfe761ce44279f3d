import { registerAs } from '@nestjs/config';

/** The environment this program was started with; agents get the part of it that `agentEnvironment` leaves. */
export const agentEnvironmentConfig = registerAs('agentEnvironment', () => ({ ...process.env }));
