/**
 * Workloads on Kubernetes: a batch is a Job, a service a Deployment, a namespace a Namespace with its fences. {@code
 * Manifests} and {@code Observations} translate and know no client; informers are cache and hints; every write says whom
 * it belongs to and what it expects to find.
 */
@NullMarked
package dev.tidewright.cluster.kubernetes;

import org.jspecify.annotations.NullMarked;
