package dev.tidewright.tracking;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a run has measured of a logged model: the newest point of one metric on one data set. All points are in the run.
 *
 * @param dataset what it was measured on, if its client has said so
 */
public record ModelMetric(
        UUID model, UUID run, MetricPoint point, @Nullable Dataset dataset) {

    /**
     * A data set.
     *
     * @param name 1 to 500 characters
     * @param digest at most 36 characters; may be empty
     */
    public record Dataset(String name, String digest) {

        public Dataset {
            Keys.checked("dataset_name", name, 500);
            if (!digest.isEmpty()) {
                Keys.checked("dataset_digest", digest, 36);
            }
        }
    }
}
