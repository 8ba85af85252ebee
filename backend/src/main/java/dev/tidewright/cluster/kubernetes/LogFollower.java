package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Follows one pod's container, over its restarts, breaks of the connection, and restarts of this platform, as long as its log
 * is this server's; waits while it is another's.
 */
final class LogFollower {

    private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

    /** After the container's end: a node that does not answer for so long has lost the log. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration SILENCE = Duration.ofSeconds(2);

    /** What is written down at once, and how long to wait for that much. */
    private static final int BATCH = 256 << 10;

    private static final long BATCH_MILLIS = 20;

    private final KubernetesClient client;
    private final KeptLogs logs;
    private final InstantSource clock;
    private final Of of;
    private final Runnable grown;
    private final LinkedBlockingQueue<Boolean> news = new LinkedBlockingQueue<>(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Pod latest;
    private volatile boolean stopped;
    private volatile boolean waiting;
    private volatile @Nullable AsyncBody open;

    /** Whose log it is. */
    record Of(WorkloadId id, String replica) {}

    LogFollower(KubernetesClient client, KeptLogs logs, InstantSource clock, Of of, Pod pod, Runnable grown) {
        this.client = client;
        this.logs = logs;
        this.clock = clock;
        this.of = of;
        this.grown = grown;
        this.latest = pod;
    }

    void seen(Pod pod) {
        latest = pod;
        if (!waiting) {
            look();
        }
    }

    /** Something may have changed. */
    void look() {
        news.offer(true);
    }

    void stop() {
        stopped = true;
        cancelOpen();
        news.offer(true);
    }

    private void cancelOpen() {
        var body = open;
        if (body != null) {
            body.cancel();
        }
    }

    boolean isOf(Of other) {
        return of.equals(other);
    }

    /** Another server has the log. */
    boolean isWaiting() {
        return waiting;
    }

    /** Nothing will be added to the log, as far as this server can tell. */
    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Returns when the log is over, or when told to stop. */
    void run() {
        while (!stopped) {
            try {
                if (hasBeenKept()) {
                    ended.countDown();
                    return;
                }
            } catch (DataAccessException | TransactionException away) {
                LOG.warn("the log of {} waits for the database: {}", of, away.toString());
                pause(LONGEST_PAUSE);
            }
        }
    }

    private boolean hasBeenKept() {
        var pod = latest.getMetadata().getUid();
        var log = logs.take(of.id(), of.replica(), pod);
        if (log.isPresent()) {
            return hasBeenKept(log.get());
        }
        if (logs.isOver(pod)) {
            return true;
        }
        waiting = true;
        pause(null);
        waiting = false;
        return false;
    }

    /** False when the log is not this server's any more. */
    private boolean hasBeenKept(ReplicaLog log) {
        var failing = Instant.MAX;
        var pause = BETWEEN;
        while (!stopped) {
            var status = Ends.main(latest);
            if (status == null) {
                log.end();
                return true;
            }
            // Of the containers in between only the last can still be read.
            if (status.getRestartCount() > log.cursor().restarts()
                    && (read(log, "&previous=true") == Came.LOST || !log.follows(status.getRestartCount()))) {
                return false;
            }
            var over = Ends.isOver(latest);
            var came = read(log, over ? "" : "&follow=true");
            if (came == Came.LOST) {
                return false;
            }
            var whole = came == Came.WHOLE;
            failing = whole ? Instant.MAX : failing.equals(Instant.MAX) ? clock.instant() : failing;
            if (over && (whole || clock.instant().isAfter(failing.plus(PATIENCE)))) {
                log.end();
                return true;
            }
            pause = whole || pause.compareTo(LONGEST_PAUSE) > 0 ? BETWEEN : pause.multipliedBy(2);
            pause(pause);
        }
        return false;
    }

    /** How a stream ended: all of it was kept, it broke, or the log is not this server's any more. */
    private enum Came {
        WHOLE,
        BROKEN,
        LOST
    }

    /** @param longest null: until there is news */
    private void pause(@Nullable Duration longest) {
        try {
            var _ = longest == null ? news.take() : news.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }

    private Came read(ReplicaLog log, String how) {
        var lines = new LogLines(log.cursor().last());
        var pieces = new LinkedBlockingQueue<Piece>(64);
        var answer = stream(log.cursor().last(), how, pieces);
        try {
            while (!stopped) {
                var end = taken(pieces, lines);
                if (end != null && end.failure() == null) {
                    lines.end();
                }
                if (!isKept(log, lines)) {
                    return Came.LOST;
                }
                if (end != null) {
                    return end.failure() == null ? Came.WHOLE : Came.BROKEN;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // One that is still to come is closed by the client, which finds this cancelled.
            answer.cancel(true);
            cancelOpen();
        }
        return Came.BROKEN;
    }

    /** Takes what has come, so that little is written down often only where little comes; not null at the end. */
    private @Nullable Piece taken(LinkedBlockingQueue<Piece> pieces, LogLines lines) throws InterruptedException {
        var size = 0;
        for (Piece piece = first(pieces);
                piece != null;
                piece = size < BATCH ? pieces.poll(BATCH_MILLIS, TimeUnit.MILLISECONDS) : null) {
            if (piece.isEnd()) {
                return piece;
            }
            for (var bytes : piece.bytes()) {
                size += bytes.remaining();
                lines.add(bytes);
            }
            piece.body().consume();
        }
        return null;
    }

    /** A connection may die without a word, and its stream with it: of a container that has ended, silence is no answer. */
    private Piece first(LinkedBlockingQueue<Piece> pieces) throws InterruptedException {
        while (true) {
            var over = Ends.isOver(latest);
            var piece = pieces.poll(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (piece != null) {
                return piece;
            }
            if (over || stopped) {
                return Piece.end(new TimeoutException());
            }
        }
    }

    private boolean isKept(ReplicaLog log, LogLines lines) {
        var taken = lines.drain();
        if (taken.length == 0) {
            return true;
        }
        var added = log.append(taken, lines.last());
        if (added) {
            grown.run();
        }
        return added;
    }

    /** What came in, or the end of it. */
    private record Piece(
            List<ByteBuffer> bytes,
            @Nullable AsyncBody body,
            boolean isEnd,
            @Nullable Throwable failure) {
        static Piece end(@Nullable Throwable failure) {
            return new Piece(List.of(), null, true, failure);
        }

        @Override
        public AsyncBody body() {
            return Objects.requireNonNull(body);
        }
    }

    private CompletableFuture<HttpResponse<AsyncBody>> stream(
            Instant since, String how, LinkedBlockingQueue<Piece> pieces) {
        var from = since.equals(Instant.EPOCH)
                ? ""
                : "&sinceTime="
                        + URLEncoder.encode(
                                since.truncatedTo(ChronoUnit.SECONDS).toString(), StandardCharsets.UTF_8);
        var master = client.getMasterUrl().toString();
        var address = URI.create((master.endsWith("/") ? master : master + "/") + "api/v1/namespaces/"
                + latest.getMetadata().getNamespace() + "/pods/"
                + latest.getMetadata().getName() + "/log?container=" + Manifests.CONTAINER + "&timestamps=true" + from
                + how);
        var http = client.getHttpClient();
        var request = http.newHttpRequestBuilder().uri(address).forStreaming().build();
        var answer = http.consumeBytes(request, (bytes, body) -> pieces.offer(new Piece(bytes, body, false, null)));
        var _ = answer.whenComplete((came, failure) -> answered(came, failure, pieces));
        return answer;
    }

    private void answered(
            @Nullable HttpResponse<AsyncBody> answer, @Nullable Throwable failure, LinkedBlockingQueue<Piece> pieces) {
        if (answer == null || !answer.isSuccessful()) {
            if (answer != null) {
                answer.body().cancel();
            }
            pieces.offer(Piece.end(failure == null ? new CompletionException("refused", null) : failure));
            return;
        }
        open = answer.body();
        var _ = answer.body().done().whenComplete((nothing, broken) -> pieces.offer(Piece.end(broken)));
        answer.body().consume();
        if (stopped) {
            answer.body().cancel();
        }
    }
}
