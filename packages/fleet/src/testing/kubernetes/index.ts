export type { WorkloadSetting } from "./objects.ts";
export { type KubernetesApi, type KubernetesApiOptions, startKubernetesApi } from "./server.ts";
