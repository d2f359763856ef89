//go:build tools

// Package kwok pins the program that plays kubelets: nodes, pods and their logs.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
