import { promoteRelease } from "./promote-release.ts";

const { GITEA_TOKEN = "", SHA = "" } = process.env;
const answer = await promoteRelease(
  SHA,
  {
    forge: "https://git.example.com",
    repository: "acme/core",
    ledger: "https://git.example.com/acme/core.git",
    images: ["ghcr.io/acme/platform", "ghcr.io/acme/platform-tenant"],
    token: GITEA_TOKEN,
  },
  process.env,
);
console.log(answer);
process.exitCode = answer === "go" ? 0 : 1;
