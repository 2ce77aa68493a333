// The API server, as far as a credential provider needs one: pods, service accounts and their tokens.
package main

import (
	"fmt"
	"sync"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

type serviceAccount struct {
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	UID         string            `json:"uid"`
	Annotations map[string]string `json:"annotations"`
}

type pod struct {
	Namespace      string `json:"namespace"`
	Name           string `json:"name"`
	UID            string `json:"uid"`
	ServiceAccount string `json:"serviceAccount"`
	// Token is what its service account's TokenRequest gets; none is an API server that refuses.
	Token string `json:"token"`
}

type tokenRequest struct {
	Namespace         string   `json:"namespace"`
	ServiceAccount    string   `json:"serviceAccount"`
	ServiceAccountUID string   `json:"serviceAccountUid"`
	Audiences         []string `json:"audiences"`
	Pod               string   `json:"pod"`
	PodUID            string   `json:"podUid"`
}

type cluster struct {
	serviceAccounts []serviceAccount
	pods            []pod

	mutex sync.Mutex
	asked []tokenRequest
}

// The pod of that namespace/name; an empty name is a pull without a pod.
func (c *cluster) pod(name string) pod {
	if name == "" {
		return pod{}
	}
	for _, pod := range c.pods {
		if pod.Namespace+"/"+pod.Name == name {
			return pod
		}
	}
	panic(fmt.Sprintf("the scenario has no pod %q", name))
}

func (c *cluster) serviceAccount(namespace, name string) (*corev1.ServiceAccount, error) {
	for _, one := range c.serviceAccounts {
		if one.Namespace == namespace && one.Name == name {
			return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
				Namespace: namespace, Name: name, UID: types.UID(one.UID), Annotations: one.Annotations,
			}}, nil
		}
	}
	return nil, apierrors.NewNotFound(corev1.Resource("serviceaccounts"), name)
}

func (c *cluster) token(
	namespace, name string, request *authenticationv1.TokenRequest,
) (*authenticationv1.TokenRequest, error) {
	bound := request.Spec.BoundObjectRef
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.asked = append(c.asked, tokenRequest{
		Namespace: namespace, ServiceAccount: name, ServiceAccountUID: string(request.UID),
		Audiences: request.Spec.Audiences, Pod: bound.Name, PodUID: string(bound.UID),
	})
	token := c.pod(namespace + "/" + bound.Name).Token
	if token == "" {
		return nil, apierrors.NewForbidden(corev1.Resource("serviceaccounts"), name, fmt.Errorf("no token for this pod"))
	}
	granted := request.DeepCopy()
	granted.Status.Token = token
	return granted, nil
}
