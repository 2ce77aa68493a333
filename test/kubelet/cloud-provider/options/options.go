// Package options is all that the kubelet's packages take from k8s.io/cloud-provider: one number. The real module
// brings an API server, etcd and gRPC, 800 packages that nothing here calls.
package options

// CloudControllerManagerWebhookPort is not used here.
const CloudControllerManagerWebhookPort = 10260
