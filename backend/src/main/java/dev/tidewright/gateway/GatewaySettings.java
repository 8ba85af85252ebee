package dev.tidewright.gateway;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The data plane.
 *
 * @param name with the port what other processes know this gateway by; the host's name
 * @param address the interface that it listens on
 * @param port 0 takes any free one
 * @param threads event loops; 0 takes one per processor, at most 4
 */
@ConfigurationProperties("tidewright.gateway")
record GatewaySettings(
        @DefaultValue("localhost") String name,
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue("8081") @Min(0) @Max(65535) int port,
        @DefaultValue("0") @Min(0) @Max(64) int threads,
        @DefaultValue Timeouts timeouts,
        @DefaultValue Limits limits) {

    /**
     * How long is waited.
     *
     * @param connect for a connection to a replica
     * @param answer for the head of the answer, once the request was sent
     * @param idle for the next bytes of a body, either way; also for the next request on a caller's connection
     * @param keepAlive idle connections to replicas are closed after this, in whole seconds: sooner than servers close
     *     them (2 s for gunicorn, 5 s for uvicorn), so that a request seldom meets a connection that is being closed
     * @param linger how long it goes on taking requests after it was told to stop and says that it is not ready
     * @param stop for requests in flight when the gateway stops
     */
    record Timeouts(
            @DefaultValue("2s") Duration connect,
            @DefaultValue("60s") Duration answer,
            @DefaultValue("60s") Duration idle,
            @DefaultValue("1s") Duration keepAlive,
            @DefaultValue("0s") Duration linger,
            @DefaultValue("20s") Duration stop) {}

    /**
     * How much is taken.
     *
     * @param header all header fields of a request together
     * @param body of a request
     * @param connections to one replica, per event loop
     */
    record Limits(
            @DefaultValue("32KB") DataSize header,
            @DefaultValue("512MB") DataSize body,
            @DefaultValue("512") @Min(1) int connections) {}

    int loops() {
        return threads > 0 ? threads : Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
    }
}
