/** Redirects that are followed; `credentials` is true if the Authorization header goes along. */
export const redirectTable: readonly {
  readonly method?: string;
  readonly status?: number;
  readonly from: string;
  readonly to: string | undefined;
  readonly decision: "follow" | "refuse";
  readonly credentials?: boolean;
  readonly because: string;
}[] = [
  { from: "https://ghcr.io/v2/a/blobs/x", to: "https://pkg-containers.example.com/x?sig=1", decision: "follow", credentials: false, because: "blobs lie in a store elsewhere" },
  { from: "https://ghcr.io/v2/a/blobs/x", to: "/v2/b/blobs/x", decision: "follow", credentials: true, because: "it stays on the origin" },
  { from: "https://ghcr.io/v2/", to: "https://ghcr.io:8443/v2/", decision: "follow", credentials: false, because: "another port is another origin" },
  { from: "https://ghcr.io/v2/", to: "http://ghcr.io/v2/", decision: "refuse", because: "https does not become http" },
  { from: "https://ghcr.io/v2/", to: "http://other.example.com/", decision: "refuse", because: "https does not become http" },
  { from: "https://ghcr.io/v2/", to: "https://169.254.169.254/latest/meta-data", decision: "refuse", because: "a metadata service is no blob store" },
  { from: "https://ghcr.io/v2/", to: "https://[fd00:ec2::254]/", decision: "refuse", because: "the same over IPv6" },
  { from: "https://ghcr.io/v2/", to: "https://[::ffff:169.254.169.254]/", decision: "refuse", because: "the same in disguise" },
  { from: "https://ghcr.io/v2/", to: "https://2852039166/", decision: "refuse", because: "the same as one number" },
  { from: "https://ghcr.io/v2/", to: "https://10.0.0.8/x", decision: "refuse", because: "a public registry does not know our network" },
  { from: "https://ghcr.io/v2/", to: "https://127.0.0.1:9000/x", decision: "refuse", because: "nor this machine" },
  { from: "https://10.0.0.8/v2/", to: "https://10.0.0.8:9000/x", decision: "follow", credentials: false, because: "a private registry may name its own host" },
  { from: "https://10.0.0.8/v2/", to: "https://10.0.0.9/x", decision: "refuse", because: "but not its neighbour" },
  { from: "http://127.0.0.1:5000/v2/", to: "http://127.0.0.1:9000/x", decision: "follow", credentials: false, because: "a loopback registry may send to loopback" },
  { from: "http://127.0.0.1:5000/v2/", to: "http://localhost:9000/x", decision: "follow", credentials: false, because: "a loopback registry may send to loopback" },
  { from: "http://127.0.0.1:5000/v2/", to: "https://store.example.com/x", decision: "follow", credentials: false, because: "https to a public host is always allowed" },
  { from: "http://127.0.0.1:5000/v2/", to: "http://store.example.com/x", decision: "refuse", because: "plain http leaves the machine" },
  { method: "PUT", status: 307, from: "https://ghcr.io/v2/a", to: "/v2/b", decision: "follow", credentials: true, because: "307 keeps method and body" },
  { method: "PUT", status: 308, from: "https://ghcr.io/v2/a", to: "/v2/b", decision: "follow", credentials: true, because: "308 keeps method and body" },
  { method: "PUT", status: 302, from: "https://ghcr.io/v2/a", to: "/v2/b", decision: "refuse", because: "302 would turn the write into a read" },
  { method: "PUT", status: 301, from: "https://ghcr.io/v2/a", to: "/v2/b", decision: "refuse", because: "301 would turn the write into a read" },
  { method: "POST", status: 303, from: "https://ghcr.io/v2/a", to: "/v2/b", decision: "refuse", because: "303 would turn the write into a read" },
  { from: "https://ghcr.io/v2/", to: undefined, decision: "refuse", because: "it names no address" },
  { from: "https://ghcr.io/v2/", to: "file:///etc/passwd", decision: "refuse", because: "only http and https" },
  { from: "https://ghcr.io/v2/", to: "https://user:pass@ghcr.io/", decision: "refuse", because: "an address carries no credentials" },
];
