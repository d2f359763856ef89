// Command controlplane is etcd, kube-apiserver, kube-controller-manager and kube-scheduler in one executable, chosen by
// its first argument: they share nearly all of their code, so that one link and one file serve for four.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	if len(os.Args) < 2 {
		refuse("nothing")
	}
	os.Args = os.Args[1:]
	switch role := os.Args[0]; role {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		run(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		run(controllers.NewControllerManagerCommand())
	case "kube-scheduler":
		run(scheduler.NewSchedulerCommand())
	default:
		refuse(role)
	}
}

func run(command *cobra.Command) {
	os.Exit(cli.Run(command))
}

func refuse(role string) {
	fmt.Fprintf(os.Stderr, "controlplane: asked for %s; it can be etcd, kube-apiserver, kube-controller-manager or kube-scheduler\n", role)
	os.Exit(2)
}
