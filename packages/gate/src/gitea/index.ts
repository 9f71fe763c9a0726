export { createGiteaForge, type GiteaForgeOptions } from "./create-gitea-forge.ts";
