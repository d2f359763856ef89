#!/usr/bin/env bash
# Builds the control plane of the cluster tests from Go modules, once, into a cache:
#   ${KAJITORI_CACHE:-~/.cache/kajitori}/controlplane/<digest of what it is built from>/
# and beside it, in a directory of its own each, the controller of Argo Rollouts and metrics-server:
#   ${KAJITORI_CACHE:-~/.cache/kajitori}/controlplane/{argo,metrics}-<digest>/
# Modules are pinned with their hashes by the go.sum of each. `build.sh --where [argo|metrics]` only prints the directory.
set -euo pipefail
unset CDPATH
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=(kube/go.mod kube/go.sum kube/main.go kwok/go.mod kwok/go.sum)
recipe=1 # raise it when this file builds something else from the same sources
base=${KAJITORI_CACHE:-$HOME/.cache/kajitori}/controlplane
digest=$(cd "$here" && { echo "$recipe"; sha256sum "${sources[@]}"; } | sha256sum | cut -c1-16)
target=$base/$digest
argo=$base/argo-$(cd "$here" && { echo 2; sha256sum argo/go.mod argo/go.sum; } | sha256sum | cut -c1-16)
metrics=$base/metrics-$(cd "$here" && { echo 1; sha256sum metrics/go.mod metrics/go.sum; } | sha256sum | cut -c1-16)

case "$*" in
"--where") echo "$target"; exit ;;
"--where argo") echo "$argo"; exit ;;
"--where metrics") echo "$metrics"; exit ;;
esac
if [ -d "$target" ] && [ -d "$argo" ] && [ -d "$metrics" ]; then exit; fi

fail() { echo "tests/controlplane/build.sh: $1" >&2; exit 1; }
wanted=$(sed -n 's/^go //p' "$here/kube/go.mod")
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off GOFLAGS='-mod=readonly -buildvcs=false -trimpath'
command -v go >/dev/null || fail "the cluster tests build a Kubernetes API server, which needs Go $wanted or newer, and no go is in PATH; install it from https://go.dev/dl/ (all else works without)."
found=$(go env GOVERSION 2>/dev/null | sed 's/^go//')
[ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n1)" = "$wanted" ] || fail "the control plane needs Go $wanted or newer and this is Go ${found:-of an unknown version}; install a newer one from https://go.dev/dl/ and put it first in PATH."

mkdir -p "$base"
exec 9>"$base/.lock"
flock --nonblock 9 || { echo "Another build of the control plane is running; waiting for it." >&2; flock 9; }

build_controlplane() {
  made=$(mktemp -d "$base/.build-XXXXXX")
  echo "Building the control plane into $target (once; several minutes, about 1 GB of modules)." >&2

  kubernetes=$(sed -n 's#^\s*k8s.io/kubernetes ##p' "$here/kube/go.mod")
  minor=${kubernetes#v1.}
  version=k8s.io/component-base/version
  named="-s -w -X $version.gitVersion=$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}"

  cd "$here/kube"
  go build -ldflags="$named" -o "$made/controlplane" .
  go build -ldflags="$named" -o "$made/kubectl" k8s.io/kubernetes/cmd/kubectl
  cd "$here/kwok"
  go build -ldflags='-s -w' -o "$made/kwok" sigs.k8s.io/kwok/cmd/kwok
  shipped=$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize
  mkdir "$made/kustomize"
  cp -r "$shipped/stage" "$shipped/crd" "$shipped/metrics" "$made/kustomize/"
  chmod -R u+w "$made"

  chmod 755 "$made"
  mv -T "$made" "$target"
  made=
  echo "Built: $(cd "$target" && echo *)" >&2
}

# The controller runs beside the control plane, in the tests that ask for it; the definitions of its kinds come with it.
build_argo() {
  made=$(mktemp -d "$base/.build-XXXXXX")
  echo "Building the controller of Argo Rollouts into $argo (once; several minutes)." >&2
  cd "$here/argo"
  module=github.com/argoproj/argo-rollouts
  version=$(go list -m -f '{{.Version}}' $module)
  go mod download $module
  shipped=$(go list -m -f '{{.Dir}}' $module)
  [ -d "$shipped" ] || fail "the source of $module is not where it was downloaded to."
  # Its metrics and its health would be open to the whole network, and no flag says otherwise.
  mkdir "$made/source" "$made/module"
  cp -r "$shipped/." "$made/source"
  chmod -R u+w "$made/source"
  sed -i 's/"0\.0\.0\.0:%d"/"127.0.0.1:%d"/' "$made/source/controller/controller.go"
  grep -q '"127.0.0.1:%d"' "$made/source/controller/controller.go" || fail "Argo Rollouts listens elsewhere now: look into $shipped."
  cp go.mod go.sum tools.go "$made/module"
  cd "$made/module"
  go mod edit -replace=$module="$made/source"
  go build -ldflags="-s -w -X $module/utils/version.version=${version#v}" -o "$made/rollouts-controller" $module/cmd/rollouts-controller
  rm -r "$made/source" "$made/module"
  mkdir "$made/crds"
  cp "$shipped"/manifests/crds/*-crd.yaml "$made/crds/"
  chmod -R u+w "$made"
  chmod 755 "$made"
  mv -T "$made" "$argo"
  made=
  echo "Built: $(cd "$argo" && echo *)" >&2
}

build_metrics() {
  made=$(mktemp -d "$base/.build-XXXXXX")
  echo "Building metrics-server into $metrics (once; several minutes)." >&2
  cd "$here/metrics"
  module=sigs.k8s.io/metrics-server
  go build -ldflags='-s -w' -o "$made/metrics-server" $module/cmd/metrics-server
  chmod 755 "$made"
  mv -T "$made" "$metrics"
  made=
  echo "Built: $(cd "$metrics" && echo *)" >&2
}

made=
# The module cache is read-only, and so are copies of its directories.
trap 'if [ -n "$made" ]; then chmod -R u+w "$made" 2>/dev/null || true; rm -rf "$made"; fi' EXIT
[ -d "$target" ] || build_controlplane
[ -d "$argo" ] || build_argo
[ -d "$metrics" ] || build_metrics
