package dev.tidewright.training;

import dev.tidewright.cluster.Observation;
import org.jspecify.annotations.Nullable;

/** Why a job or an attempt is where it is; part of the API. */
enum ReasonCode {
    QUOTA("the namespace's quota is in use"),
    NO_CAPACITY("no node has room just now"),
    UNSCHEDULABLE("no node is large enough"),
    NODE_MISMATCH("no node is meant for it"),
    IMAGE_SLOW("its image is still being pulled"),
    IMAGE_PULL("its image cannot be pulled"),
    CONTAINER_CONFIG("its container cannot be made"),
    POD_REFUSED("the cluster refuses it"),
    EXIT_CODE("the command failed"),
    OUT_OF_MEMORY("it used more memory than it declared"),
    DEADLINE_EXCEEDED("it ran longer than its deadline"),
    ENVIRONMENT_FAILED("its environment could not be built"),
    SOURCE_INVALID("its source cannot be used"),
    SOURCE_UNAVAILABLE("its source could not be fetched"),
    COMMAND_NOT_FOUND("its command does not exist"),
    NOTEBOOK_FAILED("a cell of the notebook failed"),
    UPLOAD_FAILED("its outputs could not be kept"),
    IMAGE_UNSUPPORTED("this cluster cannot run container images"),
    CANCELLED("it was stopped on request"),
    LOST("its processes vanished"),
    COMPLETED("it ran to its end");

    private final String words;

    ReasonCode(String words) {
        this.words = words;
    }

    /** Half a sentence, for when nothing more exact is known. */
    String words() {
        return words;
    }

    /** True when the user's own code is to blame, so that "retry on any failure" means it. */
    boolean isFailureOfUserCode() {
        return this == EXIT_CODE || this == NOTEBOOK_FAILED;
    }

    /** Why something does not start; null where nothing is known against it. */
    static @Nullable ReasonCode whyWaiting(Observation seen) {
        return seen.reason().isEmpty() ? null : of(seen.reason(), NO_CAPACITY);
    }

    /** The code of this name, or {@code otherwise} for one that is not known here. */
    static ReasonCode of(String name, ReasonCode otherwise) {
        for (var code : values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return otherwise;
    }
}
