// One program for the parts of Argo CD that the cluster tests run, and the redis that they ask for:
//
//	argocd application-controller|repo-server|applicationset-controller [flags]
//	argocd redis 127.0.0.1:6379
//
// The parts are the real ones, as Argo CD's own cmd/main.go chooses them; its server, its command line and its other
// parts are left out, because nobody asks for them and they take most of the time of a build.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	application "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	applicationset "github.com/argoproj/argo-cd/v3/cmd/argocd-applicationset-controller/commands"
	repository "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/argoproj/argo-cd/v3/util/log"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
)

var parts = map[string]func() *cobra.Command{
	"application-controller":    application.NewCommand,
	"applicationset-controller": applicationset.NewCommand,
	"repo-server":               repository.NewCommand,
	"redis":                     redis,
}

func main() {
	klog.SetLogger(log.NewLogrusLogger(log.NewWithCurrentConfig()))
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: argocd application-controller|repo-server|applicationset-controller|redis ...")
		os.Exit(2)
	}
	command := parts[os.Args[1]]()
	command.SetArgs(os.Args[2:])
	if command.Execute() != nil {
		os.Exit(1)
	}
}

// redis keeps in memory what Argo CD caches, until it is told to stop.
func redis() *cobra.Command {
	return &cobra.Command{
		Use:  "redis ADDRESS",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, arguments []string) error {
			server := miniredis.NewMiniRedis()
			if err := server.StartAddr(arguments[0]); err != nil {
				return err
			}
			defer server.Close()
			stop := make(chan os.Signal, 1)
			signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
			for second := time.NewTicker(time.Second); ; {
				select {
				case <-second.C:
					server.FastForward(time.Second) // nothing expires there by itself
				case <-stop:
					return nil
				}
			}
		},
	}
}
