//go:build tools

// Package server pins Velero's server: backups, restores and their phases.
package server

import _ "github.com/vmware-tanzu/velero/cmd/velero"
