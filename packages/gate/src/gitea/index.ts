export { createGiteaForge } from "./create-gitea-forge.ts";
