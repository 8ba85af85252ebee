package dev.tidewright.gateway;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientResponse;
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
        return request.toNetSocket().compose(caller -> join(caller, replica), fault -> {
            replica.close();
            return Future.failedFuture(fault);
        });
    }

    private static Future<Void> join(NetSocket caller, NetSocket replica) {
        return Future.join(
                        caller.pipe().endOnComplete(false).to(replica).eventually(replica::close),
                        replica.pipe().endOnComplete(false).to(caller).eventually(caller::close))
                .mapEmpty();
    }
}
