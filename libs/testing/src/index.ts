export { type Infra, type InfraAddresses, infra } from './infra.ts';
export { type WaitOptions, waitFor } from './wait-for.ts';
