package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Readiness;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks one run of one replica again and again whether it is ready; never waits for the answer. */
final class Probe {

    /** Asked more often than {@code period} until the first yes: that is when somebody waits for it. */
    private static final Duration EAGER = Duration.ofMillis(200);

    private final Readiness readiness;
    private final int port;
    private final Runnable onAnswer;
    private @Nullable CompletableFuture<String> question;
    private Instant next = Instant.MIN;
    private @Nullable Instant readySince;
    private @Nullable Instant unreadySince;
    private int failures;
    private String failure = "";

    /** With what is known from before our restart: {@code readySince}. */
    Probe(Readiness readiness, int port, @Nullable Instant readySince, Runnable onAnswer) {
        this.readiness = readiness;
        this.port = port;
        this.readySince = readySince;
        this.onAnswer = onAnswer;
    }

    @Nullable
    Instant readySince() {
        return readySince;
    }

    /** Not null when it was ready once and is not any more. */
    @Nullable
    Instant unreadySince() {
        return unreadySince;
    }

    /** What is wrong; empty before the first answer and while all is well. */
    String failure() {
        return failure;
    }

    /** Takes an answer that came, and asks again when it is time. */
    void step(Instant now) {
        if (question != null && question.isDone()) {
            take(question.join(), now);
            question = null;
        }
        if (question == null && !now.isBefore(next)) {
            next = now.plus(isEager() ? EAGER : readiness.period());
            question = ask();
        }
    }

    private boolean isEager() {
        return readySince == null && EAGER.compareTo(readiness.period()) < 0;
    }

    private void take(String wrong, Instant now) {
        if (wrong.isEmpty()) {
            failures = 0;
            failure = "";
            unreadySince = null;
            readySince = readySince == null ? now : readySince;
            return;
        }
        failures++;
        if (readySince == null) {
            failure = wrong;
        } else if (failures >= readiness.failures()) {
            failure = wrong;
            readySince = null;
            unreadySince = now;
        }
    }

    private CompletableFuture<String> ask() {
        var answer = new CompletableFuture<String>();
        Thread.ofVirtual().name("probe-" + port).start(() -> answer.complete(answer()));
        var bounded = answer.completeOnTimeout(
                what() + " was not answered within " + readiness.timeout().toMillis() + " ms",
                readiness.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        return bounded.thenApply(wrong -> {
            onAnswer.run();
            return wrong;
        });
    }

    private String what() {
        return readiness.path().isEmpty() ? "port " + port : "GET " + readiness.path() + " on port " + port;
    }

    private String answer() {
        try {
            return readiness.path().isEmpty() ? connect() : get();
        } catch (IOException | IllegalArgumentException e) {
            return what() + " was not answered: " + e.getMessage();
        }
    }

    private String connect() throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis());
            return "";
        }
    }

    /**
     * With a connection of its own that is closed at once: a server that works one connection after the other would wait
     * for our next question instead of serving.
     */
    private String get() throws IOException {
        var path = readiness.path().startsWith("/") ? readiness.path() : "/" + readiness.path();
        var connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        try {
            connection.setRequestProperty("Connection", "close");
            connection.setRequestProperty("User-Agent", "tidewright-readiness");
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout(millis());
            connection.setReadTimeout(millis());
            var status = connection.getResponseCode();
            return status >= 200 && status < 300 ? "" : what() + " answered " + status;
        } finally {
            connection.disconnect();
        }
    }

    private int millis() {
        return (int) Math.max(1, readiness.timeout().toMillis());
    }
}
