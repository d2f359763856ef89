//go:build tools

// Package argo pins the controller of Argo Rollouts.
package argo

import _ "github.com/argoproj/argo-rollouts/cmd/rollouts-controller"
