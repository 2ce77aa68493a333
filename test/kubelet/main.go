// Pulls no image, but asks for the credentials of images as the kubelet does, with the kubelet's own code: one scenario
// (JSON) on stdin, one answer on stdout. test/support/e2e/kubelet.ts says what is in them.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
	"k8s.io/kubernetes/pkg/util/parsers"
)

type scenario struct {
	Bin             string           `json:"bin"`
	Config          string           `json:"config"`
	Verbosity       int              `json:"verbosity"`
	ServiceAccounts []serviceAccount `json:"serviceAccounts"`
	Pods            []pod            `json:"pods"`
	Rounds          []round          `json:"rounds"`
}

type round struct {
	After string `json:"after"`
	Pulls []pull `json:"pulls"`
}

type pull struct {
	Image string `json:"image"`
	Pod   string `json:"pod"`
}

type answer struct {
	Error         string         `json:"error,omitempty"`
	Log           []string       `json:"log"`
	Rounds        []roundAnswer  `json:"rounds"`
	TokenRequests []tokenRequest `json:"tokenRequests"`
}

type roundAnswer struct {
	Pulls []pullAnswer `json:"pulls"`
	Log   []string     `json:"log"`
}

type pullAnswer struct {
	Credentials  []credential `json:"credentials"`
	Milliseconds int64        `json:"milliseconds"`
}

type credential struct {
	Username       string `json:"username"`
	Password       string `json:"password"`
	ServiceAccount string `json:"serviceAccount,omitempty"`
}

func main() {
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	var asked scenario
	if err := decoder.Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, "scenario:", err)
		os.Exit(2)
	}
	stdout := json.NewEncoder(os.Stdout)
	play := func(*testing.T) {
		if err := stdout.Encode(run(asked)); err != nil {
			panic(err)
		}
	}
	withFakeClock(play)
}

// The kubelet's code has the real clock fixed in it. Go's own tests have a clock that goes on when every goroutine
// waits for it, which none does while a plugin runs: so a plugin is never out of time here. Ends this program.
func withFakeClock(play func(*testing.T)) {
	// For the result of the test, which is not the answer.
	os.Stdout = os.Stderr
	every := func(_, _ string) (bool, error) { return true, nil }
	testing.Main(every, []testing.InternalTest{{
		Name: "scenario",
		F:    func(t *testing.T) { synctest.Test(t, play) },
	}}, nil, nil)
}

func run(asked scenario) answer {
	log := captureLog(asked.Verbosity)
	cluster := &cluster{serviceAccounts: asked.ServiceAccounts, pods: asked.Pods}
	told := answer{Rounds: []roundAnswer{}, TokenRequests: []tokenRequest{}}
	err := plugin.RegisterCredentialProviderPlugins(asked.Config, asked.Bin, cluster.token, cluster.serviceAccount)
	told.Log = log.take()
	if err != nil {
		told.Error = err.Error()
		return told
	}
	node := credentialprovider.NewDefaultDockerKeyring()
	for _, round := range asked.Rounds {
		if round.After != "" {
			time.Sleep(must(time.ParseDuration(round.After)))
		}
		pulls := pullAtOnce(node, cluster, round.Pulls)
		told.Rounds = append(told.Rounds, roundAnswer{Pulls: pulls, Log: log.take()})
	}
	told.TokenRequests = append(told.TokenRequests, cluster.asked...)
	return told
}

func pullAtOnce(node credentialprovider.DockerKeyring, cluster *cluster, pulls []pull) []pullAnswer {
	answers := make([]pullAnswer, len(pulls))
	start := make(chan struct{})
	var all sync.WaitGroup
	for i, pull := range pulls {
		all.Go(func() {
			<-start
			before := now()
			credentials := lookUp(node, cluster.pod(pull.Pod), pull.Image)
			answers[i] = pullAnswer{Credentials: credentials, Milliseconds: (now() - before) / 1000}
		})
	}
	close(start)
	all.Wait()
	return answers
}

// As EnsureImageExists in pkg/kubelet/images/image_manager.go: the image without its tag, and a keyring for each pull.
func lookUp(node credentialprovider.DockerKeyring, pod pod, image string) []credential {
	repository, _, _, err := parsers.ParseImageName(image)
	if err != nil {
		panic(err)
	}
	external := plugin.NewExternalCredentialProviderDockerKeyring(pod.Namespace, pod.Name, pod.UID, pod.ServiceAccount)
	found, _ := credentialprovider.UnionDockerKeyring{node, external}.Lookup(repository)
	credentials := []credential{}
	for _, one := range found {
		told := credential{Username: one.Username, Password: one.Password}
		if one.Source != nil && one.Source.ServiceAccount != nil {
			told.ServiceAccount = one.Source.ServiceAccount.Namespace + "/" + one.Source.ServiceAccount.Name
		}
		credentials = append(credentials, told)
	}
	return credentials
}

// Microseconds of the machine's clock: time.Now is the fake one's.
func now() int64 {
	var at syscall.Timeval
	if err := syscall.Gettimeofday(&at); err != nil {
		panic(err)
	}
	return at.Nano() / 1000
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
