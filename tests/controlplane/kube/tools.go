//go:build tools

// kubectl is a program of its own, so that it starts as fast as the one people have; named here to be in go.sum.
package main

import _ "k8s.io/kubernetes/cmd/kubectl"
