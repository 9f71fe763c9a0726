import { expect, test } from "vitest";
import { parseEcrHost } from "./ecr-host.ts";

test.each([
  ["123456789012.dkr.ecr.us-east-2.amazonaws.com", { account: "123456789012", region: "us-east-2" }],
  [
    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
    { account: "123456789012", region: "us-gov-west-1", variant: { useFipsEndpoint: true } },
  ],
  ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", { account: "123456789012", region: "cn-north-1" }],
  [
    "123456789012.dkr-ecr.eu-central-1.on.aws",
    { account: "123456789012", region: "eu-central-1", variant: { useDualstackEndpoint: true } },
  ],
])("%s is a private registry", (host, parts) => {
  expect(parseEcrHost(host)).toEqual(parts);
});

test.each([
  "public.ecr.aws",
  "ghcr.io",
  "12345678901.dkr.ecr.us-east-2.amazonaws.com",
  "123456789012.dkr.ecr.us-east-2.amazonaws.com.example.com",
  "x123456789012.dkr.ecr.us-east-2.amazonaws.com",
  "123456789012.dkr.ecr.us-east-2.amazonaws.com:443",
])("%s is not", (host) => {
  expect(parseEcrHost(host)).toBeUndefined();
});
