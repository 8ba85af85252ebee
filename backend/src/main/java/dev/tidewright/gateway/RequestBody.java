package dev.tidewright.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** The body of one request: none, small enough to be taken whole, or passed on as it comes. */
final class RequestBody {

    /** Bodies up to this are taken whole before a replica is asked: one write, and repeatable. */
    private static final int WHOLE = 64 * 1024;

    private final HttpServerRequest request;
    private final long limit;
    private final long length;
    private final boolean streamed;
    private @Nullable Buffer whole;
    private boolean begun;
    private boolean ended;
    private boolean replicaIsSlow;
    private long received;

    RequestBody(HttpServerRequest request, long limit) {
        this.request = request;
        this.limit = limit;
        this.length = length(request.getHeader("Content-Length"));
        this.streamed = length > WHOLE || request.headers().contains("Transfer-Encoding");
        this.ended = !exists(request);
    }

    /** Told of what happens while the body passes. */
    interface Progress {
        void touched();

        void ended();

        void tooLarge();
    }

    static boolean exists(HttpServerRequest request) {
        return request.headers().contains("Transfer-Encoding") || length(request.getHeader("Content-Length")) > 0;
    }

    /** -1 where there is none; digits only, for the decoder has refused everything else. */
    static long length(@Nullable String text) {
        try {
            return text == null ? -1 : Long.parseLong(text.strip());
        } catch (NumberFormatException odd) {
            return -1;
        }
    }

    boolean tooLarge() {
        return length > limit;
    }

    boolean streamed() {
        return streamed;
    }

    boolean ended() {
        return ended;
    }

    /** True when it could be sent a second time. */
    boolean atHand() {
        return !streamed && ended;
    }

    boolean waitsForCaller() {
        return begun && !ended && !replicaIsSlow;
    }

    /** For bodies that are not streamed. */
    void takeWhole(Progress progress) {
        if (ended) {
            request.resume();
            progress.ended();
            return;
        }
        var taken = Buffer.buffer((int) length);
        whole = taken;
        request.handler(chunk -> {
            progress.touched();
            taken.appendBuffer(chunk);
        });
        begin(progress, () -> {});
    }

    void send(HttpClientRequest replica, Progress progress) {
        if (!streamed) {
            var body = whole;
            var _ = body == null ? replica.end() : replica.end(body);
            return;
        }
        if (length < 0) {
            replica.setChunked(true);
        }
        request.handler(chunk -> {
            progress.touched();
            received += chunk.length();
            if (received > limit) {
                progress.tooLarge();
                return;
            }
            replica.write(chunk);
            if (replica.writeQueueFull()) {
                replicaIsSlow = true;
                request.pause();
                replica.drainHandler(free -> {
                    replicaIsSlow = false;
                    progress.touched();
                    request.resume();
                });
            }
        });
        begin(progress, () -> replica.end());
    }

    private void begin(Progress progress, Runnable atEnd) {
        begun = true;
        request.endHandler(end -> {
            ended = true;
            atEnd.run();
            progress.ended();
        });
        // Only now: a caller that asks first is not made to send what would have been refused.
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.resume();
    }
}
