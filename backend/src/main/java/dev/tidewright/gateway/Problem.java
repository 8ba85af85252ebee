package dev.tidewright.gateway;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the gateway itself answers instead of a replica, as problem+json.
 *
 * @param code stable, part of the API
 * @param retryAfter seconds, or null where a repetition would not help
 */
record Problem(
        int status,
        String code,
        String title,
        String detail,
        @Nullable Integer retryAfter) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final long LINGER_MILLIS = 1_000;

    static Problem notFound() {
        return new Problem(
                404,
                "endpoint-not-found",
                "No such endpoint",
                "there is no such endpoint; the address is /<namespace>/<endpoint>/<path>",
                null);
    }

    static Problem unauthenticated() {
        return new Problem(
                401,
                "unauthenticated",
                "A token is needed",
                "there is no public endpoint at this address; send Authorization: Bearer <token> with a valid token of"
                        + " the namespace to call a private one",
                null);
    }

    static Problem accessUnknown() {
        return new Problem(
                503,
                "access-check-unavailable",
                "Access cannot be checked",
                "the token cannot be checked just now, try again",
                1);
    }

    static Problem noReplica(String explanation) {
        return new Problem(
                503,
                "no-ready-replica",
                "Nobody is ready to answer",
                explanation.isBlank() ? "no replica of this endpoint is ready" : explanation,
                1);
    }

    static Problem busy() {
        return new Problem(
                503, "replica-busy", "Too many requests under way", "every connection to the replica is taken", 1);
    }

    static Problem failed(String detail) {
        return new Problem(502, "upstream-failed", "The replica failed", detail, null);
    }

    static Problem timeout(String detail) {
        return new Problem(504, "upstream-timeout", "The replica did not answer in time", detail, null);
    }

    static Problem slowCaller() {
        return new Problem(
                408, "request-timeout", "The request did not arrive in time", "no more of the body arrived", null);
    }

    static Problem bodyTooLarge(long limit) {
        return new Problem(
                413, "too-large", "The body is too large", "a request body may have at most " + limit + " bytes", null);
    }

    static Problem headerTooLarge(long limit) {
        return new Problem(
                431,
                "header-too-large",
                "The header fields are too large",
                "the header fields of a request may have at most " + limit + " bytes together",
                null);
    }

    static Problem uriTooLong() {
        return new Problem(414, "uri-too-long", "The address is too long", "shorten the path or the query", null);
    }

    static Problem malformed() {
        return new Problem(400, "malformed-request", "Not a valid HTTP request", "the request cannot be read", null);
    }

    /** Answers, unless an answer has begun: then only breaking off tells the caller that it is not whole. */
    void answer(HttpServerRequest request, String requestId) {
        var response = request.response();
        if (response.headWritten()) {
            request.connection().close();
            return;
        }
        if (response.closed() || response.ended()) {
            return;
        }
        response.headers().clear();
        response.setStatusCode(status)
                .setStatusMessage(HttpResponseStatus.valueOf(status).reasonPhrase())
                .putHeader("Content-Type", "application/problem+json")
                .putHeader("Cache-Control", "no-store")
                .putHeader(ProxyHeaders.REQUEST_ID, requestId);
        if (status == 401) {
            response.putHeader("WWW-Authenticate", "Bearer realm=\"tidewright\"");
        }
        if (retryAfter != null) {
            response.putHeader("Retry-After", String.valueOf(retryAfter));
        }
        var whole = request.isEnded() || !RequestBody.exists(request);
        if (!whole) {
            response.putHeader("Connection", "close");
        }
        response.end(body(requestId));
        if (!whole) {
            letGo(request);
        }
    }

    /** Reads on for a moment: closing at once would reset the connection and could destroy the answer under way. */
    static void letGo(HttpServerRequest request) {
        var connection = request.connection();
        request.handler(rest -> {});
        request.endHandler(end -> connection.close());
        request.resume();
        Objects.requireNonNull(Vertx.currentContext(), "off the event loop")
                .owner()
                .setTimer(LINGER_MILLIS, late -> connection.close());
    }

    private Buffer body(String requestId) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("type", "/problems/" + code);
        fields.put("title", title);
        fields.put("status", status);
        fields.put("code", code);
        fields.put("detail", detail);
        fields.put("requestId", requestId);
        return Buffer.buffer(JSON.writeValueAsBytes(fields));
    }
}
