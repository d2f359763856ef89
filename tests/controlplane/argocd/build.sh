#!/usr/bin/env bash
# Builds the parts of Argo CD that the cluster tests run from Go modules, once, into a cache of their own:
#   ${KAJITORI_CACHE:-~/.cache/kajitori}/argocd/<digest of what they are built from>/
# Modules are pinned with their hashes by go.sum. `build.sh --where` only prints the directory.
# go.mod repeats the replacements of Argo CD's own, which Go heeds in a main module only, all but one: its gitops-engine
# is a directory that no module of a proxy has, so that the version which it requires beside is taken.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=(go.mod go.sum main.go)
recipe=1 # raise it when this file builds something else from the same sources
base=${KAJITORI_CACHE:-$HOME/.cache/kajitori}/argocd
digest=$(cd "$here" && { echo "$recipe"; sha256sum "${sources[@]}"; } | sha256sum | cut -c1-16)
target=$base/$digest

if [ "${1:-}" = --where ]; then echo "$target"; exit; fi
if [ -d "$target" ]; then exit; fi

fail() { echo "tests/controlplane/argocd/build.sh: $1" >&2; exit 1; }
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off GOFLAGS='-mod=readonly -buildvcs=false -trimpath'
command -v go >/dev/null || fail "the cluster tests build Argo CD, which needs Go, and no go is in PATH; install it from https://go.dev/dl/ (all else works without)."
command -v git >/dev/null || fail "the cluster tests give Argo CD a repository, and it reads it with git, which is not in PATH."

mkdir -p "$base"
exec 9>"$base/.lock"
flock --nonblock 9 || { echo "Another build of Argo CD is running; waiting for it." >&2; flock 9; }
if [ -d "$target" ]; then exit; fi

made=$(mktemp -d "$base/.build-XXXXXX")
# The module cache is read-only, and so are copies of its directories.
trap 'chmod -R u+w "$made" 2>/dev/null || true; rm -rf "$made"' EXIT
echo "Building Argo CD into $target (once; several minutes, about 1 GB of modules)." >&2

cd "$here"
module=github.com/argoproj/argo-cd/v3
version=$(go list -m -f '{{.Version}}' $module)
go mod download $module
shipped=$(go list -m -f '{{.Dir}}' $module)
[ -d "$shipped" ] || fail "the source of $module is not where it was downloaded to."
# The metrics and the health of its controller would be open to the whole network, and no flag says otherwise.
mkdir "$made/source" "$made/module"
cp -r "$shipped/." "$made/source"
chmod -R u+w "$made/source"
open='Sprintf("0\.0\.0\.0:%d", metricsPort)'
controller=$made/source/controller/appcontroller.go
[ "$(grep -c "$open" "$controller")" = 1 ] || fail "Argo CD listens elsewhere now: look into $shipped."
sed -i "s/$open/Sprintf(\"127.0.0.1:%d\", metricsPort)/" "$controller"
cp go.mod go.sum main.go "$made/module"
cd "$made/module"
go mod edit -replace=$module="$made/source"
go build -ldflags="-s -w -X $module/common.version=${version#v}" -o "$made/argocd" .
rm -r "$made/source" "$made/module"
mkdir "$made/crds"
cp "$shipped"/manifests/crds/*-crd.yaml "$made/crds/"
chmod -R u+w "$made"

chmod 755 "$made"
mv -T "$made" "$target"
echo "Built: $(cd "$target" && echo *)" >&2
