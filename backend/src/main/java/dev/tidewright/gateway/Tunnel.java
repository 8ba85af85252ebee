package dev.tidewright.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;

/** What a connection is after its upgrade (WebSocket): bytes both ways until either side ends. */
final class Tunnel {

    private Tunnel() {}

    static boolean wanted(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader("Upgrade"))
                && request.headers().contains("Connection", "upgrade", true);
    }

    /** Completes when both sides are closed. The answer's head has been set, but not sent. */
    static Future<Void> open(HttpServerRequest request, HttpClientResponse answer) {
        var replica = answer.netSocket();
        replica.pause();
        return request.toNetSocket()
                .compose(caller -> join(caller, replica, answer.request().connection()), fault -> {
                    answer.request().connection().close();
                    return Future.failedFuture(fault);
                });
    }

    /** Not by pipes: the replica's side reports the end of its HTTP answer as an end, which is no end of the tunnel. */
    private static Future<Void> join(NetSocket caller, NetSocket replica, HttpConnection connection) {
        var closed = Promise.<Void>promise();
        pass(caller, replica);
        pass(replica, caller);
        caller.closeHandler(end -> {
            connection.close();
            closed.tryComplete();
        });
        replica.closeHandler(end -> caller.close());
        replica.resume();
        return closed.future();
    }

    private static void pass(NetSocket from, NetSocket to) {
        from.handler(bytes -> {
            to.write(bytes);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(free -> from.resume());
            }
        });
    }
}
