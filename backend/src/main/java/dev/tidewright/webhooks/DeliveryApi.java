package dev.tidewright.webhooks;

import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Access;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What became of deliveries. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/webhooks/{id}/deliveries")
class DeliveryApi {

    private final DeliveryLog log;
    private final DeliveryService deliveries;
    private final Access access;

    DeliveryApi(DeliveryLog log, DeliveryService deliveries, Access access) {
        this.log = log;
        this.deliveries = deliveries;
        this.access = access;
    }

    /** Newest first, each with its attempts. */
    @GetMapping
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    Slice<DeliveryView> list(
            @PathVariable Name ns,
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable DeliveryStatus status,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        return log.list(ns, id, status, cursor, Limit.of(limit));
    }

    @GetMapping("/{deliveryId}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    DeliveryView show(@PathVariable Name ns, @PathVariable UUID id, @PathVariable UUID deliveryId) {
        return log.require(ns, id, deliveryId);
    }

    /** What is sent, byte by byte. */
    @GetMapping(path = "/{deliveryId}/body", produces = MediaType.APPLICATION_JSON_VALUE)
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    ResponseEntity<byte[]> body(@PathVariable Name ns, @PathVariable UUID id, @PathVariable UUID deliveryId) {
        log.require(ns, id, deliveryId);
        return ResponseEntity.ok(log.body(id, deliveryId).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** Sends it once more, with all the attempts of a new one. */
    @PostMapping("/{deliveryId}/redeliver")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    @ResponseStatus(HttpStatus.ACCEPTED)
    DeliveryView redeliver(@PathVariable Name ns, @PathVariable UUID id, @PathVariable UUID deliveryId) {
        return deliveries.again(ns, id, deliveryId, access.actor());
    }
}
