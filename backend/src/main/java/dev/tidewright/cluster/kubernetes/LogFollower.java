package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
import org.jspecify.annotations.Nullable;

/** Follows one pod's container, over its restarts, breaks of the connection, and restarts of this platform. */
final class LogFollower {

    private static final Duration BETWEEN = Duration.ofMillis(500);

    /** After the container's end: a node that does not answer for so long has lost the log. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KubernetesClient client;
    private final InstantSource clock;
    private final String namespace;
    private final String name;
    private final Path folder;
    private final Runnable grown;
    private final LinkedBlockingQueue<Boolean> news = new LinkedBlockingQueue<>(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Pod latest;
    private volatile boolean stopped;
    private volatile @Nullable AsyncBody open;

    LogFollower(KubernetesClient client, InstantSource clock, Pod pod, Path folder, Runnable grown) {
        this.client = client;
        this.clock = clock;
        this.namespace = pod.getMetadata().getNamespace();
        this.name = pod.getMetadata().getName();
        this.folder = folder;
        this.grown = grown;
        this.latest = pod;
    }

    void seen(Pod pod) {
        latest = pod;
        news.offer(true);
    }

    void stop() {
        stopped = true;
        var body = open;
        if (body != null) {
            body.cancel();
        }
        news.offer(true);
    }

    boolean isStopped() {
        return stopped;
    }

    /** To this folder, or to one in it. */
    boolean writesTo(Path path) {
        return folder.startsWith(path);
    }

    void ended() {
        ended.countDown();
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    void run() throws IOException {
        var log = ReplicaLog.open(folder);
        var failing = Instant.MAX;
        while (!stopped && !log.cursor().whole()) {
            var status = Ends.main(latest);
            if (status == null) {
                return;
            }
            if (status.getRestartCount() > log.cursor().restarts()) {
                // Of the containers in between only the last can still be read.
                read(log, "&previous=true");
                log.follows(status.getRestartCount());
            }
            var over = Ends.isOver(latest);
            var read = read(log, over ? "" : "&follow=true");
            if (over && read) {
                log.whole();
                return;
            }
            failing = read ? Instant.MAX : failing.equals(Instant.MAX) ? clock.instant() : failing;
            if (over && clock.instant().isAfter(failing.plus(PATIENCE))) {
                return;
            }
            pause();
        }
    }

    private void pause() {
        try {
            news.poll(BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }

    /** True when the stream came to its own end. */
    private boolean read(ReplicaLog log, String how) throws IOException {
        var lines = new LogLines(log.cursor().last());
        var pieces = new LinkedBlockingQueue<Piece>(64);
        var done = stream(log.cursor().last(), how, pieces);
        while (true) {
            var piece = next(pieces);
            if (piece == null || piece.isEnd()) {
                var well = piece != null && piece.failure() == null;
                if (well) {
                    lines.end();
                    keep(log, lines);
                }
                done.cancel(true);
                return well;
            }
            for (var bytes : piece.bytes()) {
                lines.add(bytes);
            }
            keep(log, lines);
            piece.body().consume();
        }
    }

    private void keep(ReplicaLog log, LogLines lines) throws IOException {
        var taken = lines.drain();
        if (taken.length > 0) {
            log.append(taken, lines.last());
            grown.run();
        }
    }

    private @Nullable Piece next(LinkedBlockingQueue<Piece> pieces) {
        try {
            return pieces.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** What came in, or the end of it. */
    private record Piece(
            List<ByteBuffer> bytes,
            @Nullable AsyncBody body,
            boolean isEnd,
            @Nullable Throwable failure) {
        @Override
        public AsyncBody body() {
            return Objects.requireNonNull(body);
        }
    }

    private CompletableFuture<?> stream(Instant since, String how, LinkedBlockingQueue<Piece> pieces) {
        var from = since.equals(Instant.EPOCH)
                ? ""
                : "&sinceTime="
                        + URLEncoder.encode(
                                since.truncatedTo(ChronoUnit.SECONDS).toString(), StandardCharsets.UTF_8);
        var master = client.getMasterUrl().toString();
        var address = URI.create((master.endsWith("/") ? master : master + "/") + "api/v1/namespaces/" + namespace
                + "/pods/" + name + "/log?container=" + Manifests.CONTAINER + "&timestamps=true" + from + how);
        var http = client.getHttpClient();
        var request = http.newHttpRequestBuilder().uri(address).forStreaming().build();
        return http.consumeBytes(request, (bytes, body) -> pieces.offer(new Piece(bytes, body, false, null)))
                .whenComplete((answer, failure) -> answered(answer, failure, pieces));
    }

    private void answered(
            @Nullable HttpResponse<AsyncBody> answer, @Nullable Throwable failure, LinkedBlockingQueue<Piece> pieces) {
        if (answer == null || !answer.isSuccessful()) {
            if (answer != null) {
                answer.body().cancel();
            }
            pieces.offer(new Piece(
                    List.of(), null, true, failure == null ? new CompletionException("refused", null) : failure));
            return;
        }
        open = answer.body();
        var _ = answer.body()
                .done()
                .whenComplete((nothing, broken) -> pieces.offer(new Piece(List.of(), null, true, broken)));
        answer.body().consume();
        if (stopped) {
            answer.body().cancel();
        }
    }
}
