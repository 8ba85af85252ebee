package dev.tidewright.artifacts;

import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import dev.tidewright.reconcile.WorkQueue;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Removes, every hour, uploads that nobody used and bytes that nobody refers to. */
@Component
class ArtifactGcReconciler implements Reconciler {

    static final UUID THE_STORE = UUID.fromString("00000000-0000-7000-8000-0000000000a1");

    private static final Logger LOG = LoggerFactory.getLogger(ArtifactGcReconciler.class);
    private static final String KIND = "artifact-gc";

    private final Artifacts artifacts;
    private final Uploads uploads;
    private final PartUploads parts;
    private final WorkQueue queue;

    ArtifactGcReconciler(Artifacts artifacts, Uploads uploads, PartUploads parts, WorkQueue queue) {
        this.artifacts = artifacts;
        this.uploads = uploads;
        this.parts = parts;
        this.queue = queue;
    }

    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        queue.put(KIND, THE_STORE);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Next reconcile(UUID id) {
        var expired = uploads.expire() + parts.expire();
        var collected = artifacts.collectGarbage();
        if (expired > 0 || collected.files() > 0) {
            LOG.info("{} uploads expired; {} files, {} bytes collected", expired, collected.files(), collected.bytes());
        }
        return Next.again(Duration.ofHours(1));
    }
}
