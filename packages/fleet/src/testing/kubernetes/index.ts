export type { WorkloadManner } from "./controller.ts";
export type { WorkloadSetting } from "./objects.ts";
export {
  type ApiFault,
  type ApiRequest,
  type FaultTarget,
  type KubernetesApi,
  type KubernetesApiOptions,
  startKubernetesApi,
} from "./server.ts";
