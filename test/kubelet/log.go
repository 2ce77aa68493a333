// The kubelet's log, kept instead of written.
package main

import (
	"bytes"
	"flag"
	"strconv"
	"strings"
	"sync"

	"k8s.io/klog/v2"
)

type keptLog struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func captureLog(verbosity int) *keptLog {
	flags := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{
		"logtostderr": "false", "stderrthreshold": "FATAL", "one_output": "true", "v": strconv.Itoa(verbosity),
	} {
		if err := flags.Set(name, value); err != nil {
			panic(err)
		}
	}
	kept := &keptLog{}
	klog.SetOutput(kept)
	return kept
}

func (l *keptLog) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.bytes.Write(line)
}

// The lines since the last call.
func (l *keptLog) take() []string {
	klog.Flush()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	text := strings.TrimSuffix(l.bytes.String(), "\n")
	l.bytes.Reset()
	if text == "" {
		return []string{}
	}
	return strings.Split(text, "\n")
}
