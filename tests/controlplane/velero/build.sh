#!/usr/bin/env bash
# Builds Velero's server and its AWS plugin from Go modules, once, into a cache of their own:
#   ${KAJITORI_CACHE:-~/.cache/kajitori}/velero/<digest of what they are built from>/
# Modules are pinned with their hashes by server/go.sum and aws/go.sum. `build.sh --where` only prints the directory.
# The server asks for a version of k8s.io/cli-runtime that the module proxy does not give out; server/go.mod replaces it.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=(server/go.mod server/go.sum server/tools.go aws/go.mod aws/go.sum aws/tools.go)
recipe=2 # raise it when this file builds something else from the same sources
base=${KAJITORI_CACHE:-$HOME/.cache/kajitori}/velero
digest=$(cd "$here" && { echo "$recipe"; sha256sum "${sources[@]}"; } | sha256sum | cut -c1-16)
target=$base/$digest

if [ "${1:-}" = --where ]; then echo "$target"; exit; fi
if [ -d "$target" ]; then exit; fi

fail() { echo "tests/controlplane/velero/build.sh: $1" >&2; exit 1; }
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off GOFLAGS='-mod=readonly -buildvcs=false -trimpath'
command -v go >/dev/null || fail "the cluster tests build Velero's server, which needs Go, and no go is in PATH; install it from https://go.dev/dl/ (all else works without)."

mkdir -p "$base"
exec 9>"$base/.lock"
flock --nonblock 9 || { echo "Another build of Velero is running; waiting for it." >&2; flock 9; }
if [ -d "$target" ]; then exit; fi

made=$(mktemp -d "$base/.build-XXXXXX")
# The module cache is read-only, and so are copies of its directories.
trap 'chmod -R u+w "$made" 2>/dev/null; rm -rf "$made"' EXIT
echo "Building Velero into $target (once; several minutes, about 1 GB of modules)." >&2

velero=github.com/vmware-tanzu/velero
version=$(sed -n "s#^require $velero ##p" "$here/server/go.mod")
cd "$here/server"
# Its controllers serve metrics on every address, and no flag of the server says otherwise: "0" is none.
metrics=sigs.k8s.io/controller-runtime/pkg/metrics/server.DefaultBindAddress=0
go build -ldflags="-s -w -X $velero/pkg/buildinfo.Version=$version -X $metrics" -o "$made/velero" "$velero/cmd/velero"
shipped=$(go list -m -f '{{.Dir}}' "$velero")/config/crd
mkdir "$made/crds"
for each in v1 v2alpha1; do cp -r "$shipped/$each/bases" "$made/crds/$each"; done
cd "$here/aws"
mkdir "$made/plugins"
go build -ldflags='-s -w' -o "$made/plugins/velero-plugin-for-aws" "$velero-plugin-for-aws/velero-plugin-for-aws"
chmod -R u+w "$made"

chmod 755 "$made"
mv -T "$made" "$target"
echo "Built: $(cd "$target" && echo *)" >&2
