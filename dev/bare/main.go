// A client of the API server and nothing else: what the platform is measured against. Times are nanoseconds since 1970.
//
//	bare create NAMESPACE MANIFEST PREFIX COUNT CONCURRENCY   Jobs like the one in MANIFEST; a line for each: name, sent, answered
//	bare watch NAMESPACE                                      a line for each Job that appears or ends: name, what, when
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"time"

	batch "k8s.io/api/batch/v1"
	v1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	typed "k8s.io/client-go/kubernetes/typed/batch/v1"
	core "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check(err)
	config.QPS = -1 // as fast as it goes
	config.UserAgent = "bare"
	client := kubernetes.NewForConfigOrDie(config)
	jobs := client.BatchV1().Jobs(os.Args[2])
	switch os.Args[1] {
	case "create":
		create(jobs, os.Args[3], os.Args[4], number(os.Args[5]), number(os.Args[6]))
	case "watch":
		watch(jobs, client.CoreV1().Pods(os.Args[2]))
	}
}

func create(jobs typed.JobInterface, manifest, prefix string, count, concurrency int) {
	text, err := os.ReadFile(manifest)
	check(err)
	var wanted batch.Job
	check(json.Unmarshal(text, &wanted))
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range concurrency {
		workers.Go(func() {
			for number := range numbers {
				job := wanted.DeepCopy()
				job.Name = fmt.Sprintf("%s-%d", prefix, number)
				sent := time.Now()
				_, err := jobs.Create(context.Background(), job, meta.CreateOptions{})
				check(err)
				fmt.Println(job.Name, sent.UnixNano(), time.Now().UnixNano())
			}
		})
	}
	for number := range count {
		numbers <- number
	}
	close(numbers)
	workers.Wait()
}

// The platform may clear a Job away before its controller has counted its pod: what ended is the pod.
func watch(jobs typed.JobInterface, pods core.PodInterface) {
	list, err := jobs.List(context.Background(), meta.ListOptions{})
	check(err)
	made, err := jobs.Watch(context.Background(), meta.ListOptions{ResourceVersion: list.ResourceVersion})
	check(err)
	ran, err := pods.Watch(context.Background(), meta.ListOptions{ResourceVersion: list.ResourceVersion})
	check(err)
	fmt.Println("- ready", time.Now().UnixNano())
	said := map[[2]string]bool{}
	say := func(name, what string) {
		if key := [2]string{name, what}; !said[key] {
			said[key] = true
			fmt.Println(name, what, time.Now().UnixNano())
		}
	}
	for {
		select {
		case event := <-made.ResultChan():
			job, ok := event.Object.(*batch.Job)
			if !ok {
				log.Fatal(event.Object)
			}
			say(job.Name, "appeared")
		case event := <-ran.ResultChan():
			pod, ok := event.Object.(*v1.Pod)
			if !ok {
				log.Fatal(event.Object)
			}
			if pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed {
				say(pod.Labels[batch.JobNameLabel], "ended")
			}
		}
	}
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
