package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.Series;
import dev.tidewright.tracking.Tracking;
import java.util.List;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What jobs measured, over REST; the run that it belongs to is found by the job's name. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/jobs/{name}/metrics")
class JobMetricApi {

    private final JobReader reader;
    private final Tracking tracking;

    JobMetricApi(JobReader reader, Tracking tracking) {
        this.reader = reader;
        this.tracking = tracking;
    }

    /** The last value of every metric. */
    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Metrics metrics(@PathVariable Name ns, @PathVariable Name name) {
        return new Metrics(tracking.metrics(reader.run(ns, name)));
    }

    /** The curve of one metric; its key may have slashes. */
    @GetMapping("/{*key}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Series series(
            @PathVariable Name ns,
            @PathVariable Name name,
            @PathVariable String key,
            @RequestParam(defaultValue = "1000") int maxPoints) {
        return tracking.series(reader.run(ns, name), key.substring(1), maxPoints);
    }

    record Metrics(List<Latest> items) {}
}
