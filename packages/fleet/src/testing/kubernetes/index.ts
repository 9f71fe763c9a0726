export { type KubernetesApi, type KubernetesApiOptions, startKubernetesApi } from "./server.ts";
