package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs workloads. Every call is idempotent and returns quickly: it starts what is to happen and {@link #observe} tells
 * how it goes. A cluster that cannot be reached makes every call throw {@link ClusterUnavailable}. There may be several
 * behind this one port: a namespace belongs to one of them.
 */
public interface Cluster {

    /**
     * Makes room for a namespace with these hard limits, or changes them; repeating it is harmless, and writes nothing
     * where nothing differs. After something of it was changed by others, {@link #onChange} tells {@link
     * WorkloadId#ofNamespace}.
     *
     * @return what others had changed and is put back, a clause each; empty when nothing was
     * @throws NamespaceGoing while the cluster deletes one of this name
     * @throws NamespaceRefused when the cluster has one of this name that is not this platform's, or refuses it
     */
    List<String> provision(Name namespace, Resources limits);

    /**
     * What lies in a namespace and looks like this platform's without being it: nothing is done with it. A sentence for
     * each, with the remedy; answered without asking the cluster. After it changed, {@link #onChange} tells {@link
     * WorkloadId#ofNamespace}.
     */
    List<String> setAside(Name namespace);

    /** Removes a namespace with everything that still runs in it. */
    void retire(Name namespace);

    /**
     * Makes the cluster run this workload as described. A batch that already started is never started again under the
     * same id, whatever {@code apply} is called with; a service is changed in place only in {@code replicas}: everything
     * else of it is fixed by its id (another revision is another id).
     */
    void apply(Workload workload);

    /**
     * Puts back what {@link Observation#altered} tells of a workload, its number of replicas too where the cluster does not
     * decide it; what was told is not told again. False where the cluster refuses that: it is told again, and a replica says why.
     */
    boolean repair(Workload workload);

    /**
     * Lets the cluster itself decide how many replicas a service has, within bounds, from the number that it has now;
     * null ends that and leaves the number as it is. While it decides, nobody calls {@link #apply} for this service,
     * unless it is absent.
     *
     * @throws IllegalStateException where {@link Capabilities#autoscaler} says that it cannot
     */
    void autoscale(WorkloadId id, @Nullable Autoscaler autoscaler);

    /**
     * Which of the metrics that an autoscaler would look at cannot be read just now: a sentence for each, with the place
     * that fails and what to do about it. Empty when all can, as far as can be told.
     */
    List<String> unreadable(WorkloadId id, Autoscaler autoscaler);

    /** What is known of a workload now; phase {@code ABSENT} when nothing of it is left or ever was. */
    Observation observe(WorkloadId id);

    /**
     * Ends a batch with all its descendants, politely first, then by force. What has begun stays with its log until {@link
     * #delete}: what it says while it is going is read like the rest, and {@link #observe} tells its exit once the log is
     * whole. What has not begun becomes absent. Where the cluster cannot keep what it ends, it becomes absent too, and the
     * log is what was heard until then.
     */
    void stop(WorkloadId id);

    /** Stops a workload with all its descendants (politely first, then by force) and forgets it, logs included. */
    void delete(WorkloadId id);

    /**
     * What a replica has written to standard output and error.
     *
     * @param replica a name from {@link Observation#replicas()}; the only one of a batch is {@link ReplicaStatus#BATCH}
     * @param position the absolute byte offset to read from, 0 for the beginning; older bytes may have been rotated away;
     *     beyond the end nothing is answered but where the end is
     * @param maxBytes at most this much is answered
     */
    LogSlice logs(WorkloadId id, String replica, long position, int maxBytes);

    /** Calls {@code listener} soon after anything about a workload changed. A hint: it may be late, doubled or lost. */
    void onChange(Consumer<WorkloadId> listener);

    /**
     * Calls {@code listener} with what the cluster says of workloads, and with what it still knows of before. The same may
     * be told again, by its uid.
     */
    void onEvent(Consumer<ClusterEvent> listener);

    /** What the namespace's cluster can run; never changes, and is answered without asking it. */
    Capabilities capabilities(Name namespace);

    /** What there is to run on for a namespace, and how much is free; of what others run there, as it was some seconds ago. */
    Capacity capacity(Name namespace);
}
