import { createGitHubForge } from "@lateen/gate/github";
import { secret } from "@lateen/kernel";
import { decide } from "./decide.ts";

const { GITHUB_TOKEN = "", REPOSITORY = "", SHA = "", CHECKS = "" } = process.env;
const forge = createGitHubForge({ url: "https://github.com", repository: REPOSITORY, token: secret(GITHUB_TOKEN) });
const { code, text } = await decide(forge, SHA, CHECKS.split(","));
console.log(text);
process.exitCode = code;
