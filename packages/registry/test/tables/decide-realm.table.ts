/** Addresses that tokens are fetched from, and if user and password are sent there. */
export const realmTable: readonly {
  readonly registry: string;
  readonly realm: string;
  readonly trusted?: string;
  readonly hasCredentials: boolean;
  readonly decision: "with-credentials" | "anonymous" | "refuse";
  readonly because: string;
}[] = [
  { registry: "https://ghcr.io", realm: "https://ghcr.io/token", hasCredentials: true, decision: "with-credentials", because: "it is the registry's own host" },
  { registry: "https://ghcr.io", realm: "https://ghcr.io:8443/token", hasCredentials: true, decision: "with-credentials", because: "another port of the same host name" },
  { registry: "https://reg.example.com", realm: "https://auth.example.com/token", hasCredentials: true, decision: "refuse", because: "credentials stay with the registry" },
  {
    registry: "https://reg.example.com",
    realm: "https://auth.example.com/token",
    hasCredentials: false,
    decision: "anonymous",
    because: "asking without credentials gives nothing away",
  },
  {
    registry: "https://reg.example.com",
    realm: "https://auth.example.com/token",
    trusted: "https://auth.example.com/token",
    hasCredentials: true,
    decision: "with-credentials",
    because: "it is configured",
  },
  {
    registry: "https://reg.example.com",
    realm: "https://auth.example.com/token?account=x",
    trusted: "https://auth.example.com/token",
    hasCredentials: true,
    decision: "with-credentials",
    because: "the query makes no other service",
  },
  {
    registry: "https://reg.example.com",
    realm: "https://auth.example.com/evil",
    trusted: "https://auth.example.com/token",
    hasCredentials: true,
    decision: "refuse",
    because: "another path is not what was configured",
  },
  {
    registry: "https://reg.example.com",
    realm: "http://reg.example.com/token",
    hasCredentials: true,
    decision: "refuse",
    because: "an https registry has no token service over http",
  },
  { registry: "https://reg.example.com", realm: "http://reg.example.com/token", hasCredentials: false, decision: "refuse", because: "the token itself is worth protecting" },
  { registry: "https://reg.example.com", realm: "https://169.254.169.254/token", hasCredentials: false, decision: "refuse", because: "a metadata service is no token service" },
  {
    registry: "https://reg.example.com",
    realm: "https://10.1.2.3/token",
    hasCredentials: false,
    decision: "refuse",
    because: "a stranger does not choose an address in our network",
  },
  { registry: "https://10.1.2.3", realm: "https://10.1.2.3:5001/token", hasCredentials: true, decision: "with-credentials", because: "a private registry may name its own host" },
  { registry: "http://127.0.0.1:5000", realm: "http://127.0.0.1:5001/token", hasCredentials: true, decision: "with-credentials", because: "the same host name on loopback" },
  { registry: "http://127.0.0.1:5000", realm: "http://localhost:5001/token", hasCredentials: true, decision: "refuse", because: "another host name, loopback or not" },
  { registry: "http://127.0.0.1:5000", realm: "http://localhost:5001/token", hasCredentials: false, decision: "anonymous", because: "it stays on this machine" },
  { registry: "http://127.0.0.1:5000", realm: "http://auth.example.com/token", hasCredentials: false, decision: "refuse", because: "plain http leaves the machine" },
  { registry: "http://127.0.0.1:5000", realm: "http://169.254.169.254/token", hasCredentials: false, decision: "refuse", because: "a metadata service is no token service" },
  {
    registry: "http://registry.internal:5000",
    realm: "http://registry.internal:5001/auth",
    hasCredentials: true,
    decision: "with-credentials",
    because: "an insecure registry was configured so",
  },
  {
    registry: "https://reg.example.com",
    realm: "https://user:pass@reg.example.com/token",
    hasCredentials: false,
    decision: "refuse",
    because: "an address carries no credentials",
  },
  { registry: "https://reg.example.com", realm: "not an address", hasCredentials: false, decision: "refuse", because: "it cannot be asked" },
];
