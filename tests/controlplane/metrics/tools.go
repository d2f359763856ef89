//go:build tools

// Package metrics pins metrics-server.
package metrics

import _ "sigs.k8s.io/metrics-server/cmd/metrics-server"
