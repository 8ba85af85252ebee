package dev.tidewright.gateway;

import dev.tidewright.gateway.EndpointMeter.End;
import dev.tidewright.gateway.Lane.Place;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to a replica and back. Lives on one event loop; every way out leads through {@link #over}.
 *
 * <p>A request is repeated only where it cannot have been carried out: no connection came about, or a kept connection
 * closed before the first byte of the answer to an idempotent request whose body is at hand.
 */
final class Exchange implements RequestBody.Progress {

    private static final int ATTEMPTS = 3;
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.TRACE);

    private final Worker worker;
    private final Lane lane;
    private final Call call;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final String requestId;
    private final RequestBody body;
    private final List<Replica> unreachable = new ArrayList<>(2);
    private final long startedAt;
    private @Nullable Place place;
    private @Nullable HttpClientRequest upstream;
    private int attempts;
    private int revision = EndpointMeter.NO_REVISION;
    private boolean reused;
    private boolean over;
    private boolean callerIsSlow;
    private long lastActivity;
    private long patience;
    private long answered;

    Exchange(Worker worker, Lane lane, Call call, HttpServerRequest request, String requestId) {
        this.worker = worker;
        this.lane = lane;
        this.call = call;
        this.request = request;
        this.response = request.response();
        this.requestId = requestId;
        this.body = new RequestBody(request, worker.settings().limits().body().toBytes());
        this.startedAt = lane.meter().begin();
    }

    void begin() {
        worker.add(this);
        response.exceptionHandler(gone -> abandon());
        response.closeHandler(gone -> abandon());
        request.exceptionHandler(gone -> abandon());
        if (lane.route().targets().isEmpty()) {
            fail(Problem.noReplica(lane.route().explanation()));
        } else if (body.tooLarge()) {
            tooLarge();
        } else if (body.streamed()) {
            request.pause();
            attempt(Problem.noReplica(""));
        } else {
            waitFor(worker.settings().timeouts().idle());
            body.takeWhole(this);
        }
    }

    @Override
    public void touched() {
        lastActivity = System.nanoTime();
    }

    /** The whole body has come. */
    @Override
    public void ended() {
        if (over) {
            return;
        }
        if (body.streamed()) {
            waitFor(worker.settings().timeouts().answer());
        } else {
            attempt(Problem.noReplica(""));
        }
    }

    @Override
    public void tooLarge() {
        refuse(Problem.bodyTooLarge(worker.settings().limits().body().toBytes()));
    }

    /** {@code last}: the answer when nobody is left to try. */
    private void attempt(Problem last) {
        var next = attempts++ < ATTEMPTS ? worker.table().take(call.key(), unreachable) : null;
        if (next == null) {
            fail(last);
            return;
        }
        place = next;
        revision = next.revision();
        var connect = worker.settings().timeouts().connect();
        waitFor(connect.multipliedBy(2));
        worker.client()
                .request(new RequestOptions()
                        .setHost(next.replica().address().host())
                        .setPort(next.replica().address().port())
                        .setMethod(request.method())
                        .setURI(call.rest())
                        .setConnectTimeout(connect.toMillis()))
                .onComplete(this::connected);
    }

    private void connected(AsyncResult<HttpClientRequest> result) {
        if (over) {
            if (result.succeeded()) {
                result.result().reset();
            }
            return;
        }
        if (result.failed()) {
            notConnected(result.cause());
            return;
        }
        var asked = result.result();
        upstream = asked;
        reused = worker.wasUsed(asked.connection());
        ProxyHeaders.toReplica(request, asked.headers(), requestId, lane.route().open());
        asked.exceptionHandler(cause -> broke(asked));
        var timeouts = worker.settings().timeouts();
        waitFor(body.ended() ? timeouts.answer() : timeouts.idle());
        if (body.ended() && Tunnel.wanted(request)) {
            asked.putHeader("Connection", "Upgrade").putHeader("Upgrade", "websocket");
            asked.connect().onComplete(head -> answered(asked, head));
        } else {
            asked.response().onComplete(head -> answered(asked, head));
            body.send(asked, this);
        }
    }

    private void answered(HttpClientRequest asked, AsyncResult<HttpClientResponse> head) {
        if (head.succeeded()) {
            answer(asked, head.result());
        } else {
            broke(asked);
        }
    }

    private void notConnected(Throwable cause) {
        var replica = giveBack();
        if (cause instanceof ConnectionPoolTooBusyException) {
            fail(Problem.busy());
            return;
        }
        if (replica != null) {
            replica.avoid();
            unreachable.add(replica);
        }
        var late = cause instanceof TimeoutException || cause instanceof io.netty.channel.ConnectTimeoutException;
        attempt(
                late
                        ? Problem.timeout("no connection came about in time")
                        : Problem.failed("no connection came about"));
    }

    /** The connection ended or failed before the end of the answer. */
    private void broke(HttpClientRequest asked) {
        if (over || !asked.equals(upstream)) {
            return;
        }
        var problem = Problem.failed("the connection broke before the end of the answer");
        if (reused && !response.headWritten() && body.atHand() && IDEMPOTENT.contains(request.method())) {
            upstream = null;
            giveBack();
            attempt(problem);
        } else {
            fail(problem);
        }
    }

    private void answer(HttpClientRequest asked, HttpClientResponse answer) {
        if (over || !asked.equals(upstream)) {
            return;
        }
        waitFor(worker.settings().timeouts().idle());
        response.setStatusCode(answer.statusCode()).setStatusMessage(answer.statusMessage());
        ProxyHeaders.toCaller(answer.headers(), response.headers(), requestId, revision);
        if (answer.statusCode() == 101) {
            tunnel(answer);
            return;
        }
        var length = RequestBody.length(answer.getHeader("Content-Length"));
        var status = answer.statusCode();
        if (length < 0
                && status >= 200
                && !HttpMethod.HEAD.equals(request.method())
                && status != 204
                && status != 304) {
            response.setChunked(true);
            // An event stream may stay silent for long after its head.
            response.writeHead();
        }
        answer.exceptionHandler(cause -> broke(asked));
        answer.endHandler(end -> done(status));
        answer.handler(chunk -> pass(answer, chunk, length));
    }

    private void tunnel(HttpClientResponse answer) {
        patience = Long.MAX_VALUE;
        // From here on the connection is no longer an HTTP one, which these would take for its end.
        response.exceptionHandler(null).closeHandler(null);
        request.exceptionHandler(null);
        response.putHeader("Connection", "Upgrade").putHeader("Upgrade", "websocket");
        Tunnel.open(request, answer).onComplete(closed -> {
            if (!over) {
                over(End.ANSWERED, 101);
            }
        });
    }

    private void pass(HttpClientResponse answer, Buffer chunk, long length) {
        if (over) {
            return;
        }
        touched();
        answered += chunk.length();
        if (answered == length) {
            response.end(chunk);
            return;
        }
        response.write(chunk);
        if (response.writeQueueFull()) {
            callerIsSlow = true;
            answer.pause();
            response.drainHandler(free -> {
                callerIsSlow = false;
                touched();
                answer.resume();
            });
        }
    }

    private void waitFor(Duration longest) {
        patience = longest.toNanos();
        touched();
    }

    void checkTime(long now) {
        if (now - lastActivity <= patience) {
            return;
        }
        if (callerIsSlow) {
            abandon();
            request.connection().close();
        } else if (body.waitsForCaller() && !response.headWritten()) {
            refuse(Problem.slowCaller());
        } else {
            fail(Problem.timeout("nothing came from the replica for "
                    + Duration.ofNanos(patience).toSeconds() + " s"));
        }
    }

    private void done(int status) {
        if (over) {
            return;
        }
        var early = !body.ended();
        over(End.ANSWERED, status);
        if (!response.ended()) {
            response.end();
        }
        if (early) {
            breakUpstream();
            Problem.letGo(request);
        }
    }

    private void fail(Problem problem) {
        if (!over) {
            over(End.BROKEN, problem.status());
            breakUpstream();
            problem.answer(request, requestId);
        }
    }

    private void refuse(Problem problem) {
        if (!over) {
            over(End.ANSWERED, problem.status());
            breakUpstream();
            problem.answer(request, requestId);
        }
    }

    private void abandon() {
        if (!over) {
            over(End.ABANDONED, 0);
            breakUpstream();
        }
    }

    private void over(End how, int status) {
        over = true;
        worker.remove(this);
        giveBack();
        lane.meter().end(startedAt, revision, status, how);
    }

    private @Nullable Replica giveBack() {
        var held = place;
        place = null;
        if (held == null) {
            return null;
        }
        held.replica().end();
        return held.replica();
    }

    private void breakUpstream() {
        var asked = upstream;
        if (asked != null) {
            asked.reset();
        }
    }
}
