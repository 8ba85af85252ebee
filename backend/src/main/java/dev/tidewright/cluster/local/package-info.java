/**
 * The embedded runtime: workloads as operating-system processes of this machine. All its state is files, so that a
 * restarted control plane finds its children again.
 */
@NullMarked
package dev.tidewright.cluster.local;

import org.jspecify.annotations.NullMarked;
