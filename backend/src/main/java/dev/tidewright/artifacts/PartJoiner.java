package dev.tidewright.artifacts;

import dev.tidewright.artifacts.ArtifactStore.Blob;
import dev.tidewright.artifacts.ArtifactStore.Growing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Joins the parts of uploads while they still arrive, so that little is left to do when an upload is completed: those who
 * bring parts do it. What is joined is known in memory alone; after a restart, or where parts went to another server, a
 * completion joins all of them.
 */
@Component
class PartJoiner {

    /** So far may joining fall behind before those who bring more wait for it, bytes. */
    static final long MOST_BEHIND = 512L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(PartJoiner.class);

    private final ArtifactStore store;
    private final ArtifactRows rows;
    private final InstantSource clock;
    private final ArtifactSettings settings;
    private final Map<ArtifactOwner, Joint> joints = new ConcurrentHashMap<>();

    PartJoiner(ArtifactStore store, ArtifactRows rows, InstantSource clock, ArtifactSettings settings) {
        this.store = store;
        this.rows = rows;
        this.clock = clock;
        this.settings = settings;
    }

    /** A part is kept: joins some of what comes next. Whatever goes wrong is left to the completion. */
    void arrived(ArtifactOwner upload, int number, Stored part) {
        var joint = joints.computeIfAbsent(upload, ignored -> new Joint());
        joint.know(upload, number, part);
        if (joint.behind() > MOST_BEHIND) {
            joint.lock.lock();
        } else if (!joint.lock.tryLock()) {
            return;
        }
        try {
            // More than arrives at a time, so that it catches up; not all, so that nobody waits long for an answer.
            joint.join(2);
        } catch (IOException | RuntimeException fault) {
            joint.startAgain();
            LOG.warn("parts of upload {} could not be joined yet", upload.id(), fault);
        } finally {
            joint.lock.unlock();
        }
    }

    /** Does a step while nobody else of this server joins or completes the upload. What it has made whole is forgotten then. */
    void completing(ArtifactOwner upload, Consumer<Joint> step) {
        var joint = joints.computeIfAbsent(upload, ignored -> new Joint());
        joint.lock.lock();
        try {
            step.accept(joint);
        } finally {
            if (joint.spent) {
                joint.startAgain();
                joints.remove(upload, joint);
            }
            joint.lock.unlock();
        }
    }

    /** Forgets what nobody needs any more. */
    void forget(ArtifactOwner upload) {
        var joint = joints.remove(upload);
        if (joint != null) {
            joint.lock.lock();
            try {
                joint.startAgain();
            } finally {
                joint.lock.unlock();
            }
        }
    }

    /** Forgets uploads that got no part for so long that the collector took what is joined of them. */
    void expire() {
        var before = clock.instant().minus(settings.collectAfter());
        joints.forEach((upload, joint) -> {
            if (joint.touched.isBefore(before)) {
                forget(upload);
            }
        });
    }

    /** What is joined of one upload. */
    final class Joint {

        private final ReentrantLock lock = new ReentrantLock(true);
        private final Map<Integer, Stored> known = new HashMap<>();
        private final List<Digest> joined = new ArrayList<>();
        private volatile Instant touched = clock.instant();
        private @Nullable Growing file;
        private boolean primed;
        private boolean spent;

        /**
         * All of it, joined and written.
         *
         * @param parts in order
         */
        Blob whole(List<Stored> parts) {
            var size = parts.stream().mapToLong(Stored::size).sum();
            if (size > settings.maxSize().toBytes()) {
                throw FolderArtifactStore.tooLarge(settings.maxSize().toBytes());
            }
            spent = true;
            synchronized (known) {
                known.clear();
                for (var part : parts) {
                    known.put(known.size() + 1, part);
                }
            }
            try {
                join(Integer.MAX_VALUE);
                return file().publish();
            } catch (IOException fault) {
                throw new UncheckedIOException("the parts of an upload cannot be joined", fault);
            }
        }

        private void know(ArtifactOwner upload, int number, Stored part) {
            touched = clock.instant();
            synchronized (known) {
                if (!primed) {
                    primed = true;
                    rows.list(upload).forEach(there -> known.put(Integer.parseInt(there.path()), there));
                }
                known.put(number, part);
            }
        }

        private long behind() {
            synchronized (known) {
                var next = joined.size() + 1;
                var bytes = 0L;
                for (var part = known.get(next); part != null; part = known.get(++next)) {
                    bytes += part.size();
                }
                return bytes;
            }
        }

        private @Nullable Stored next() {
            synchronized (known) {
                return known.get(joined.size() + 1);
            }
        }

        /** Joins the parts that follow, as many as are told; from the first one on where one was replaced since. */
        private void join(int most) throws IOException {
            if (!joinedIsKnown() || !file().usable()) {
                startAgain();
            }
            var left = most;
            for (var part = next(); part != null && left > 0; part = next(), left--) {
                if (file().size() + part.size() > settings.maxSize().toBytes()) {
                    return;
                }
                file().append(part.digest());
                synchronized (known) {
                    joined.add(part.digest());
                }
            }
        }

        private boolean joinedIsKnown() {
            synchronized (known) {
                for (var index = 0; index < joined.size(); index++) {
                    var part = known.get(index + 1);
                    if (part == null || !part.digest().equals(joined.get(index))) {
                        return false;
                    }
                }
                return true;
            }
        }

        private Growing file() throws IOException {
            var there = file;
            if (there == null) {
                there = store.grow();
                file = there;
            }
            return there;
        }

        private void startAgain() {
            var there = file;
            file = null;
            synchronized (known) {
                joined.clear();
            }
            if (there != null) {
                there.discard();
            }
        }
    }
}
