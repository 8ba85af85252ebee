package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Finds namespaces for other features. */
@Component
public class Namespaces {

    private final NamespaceRows rows;
    private final QuotaHolds holds;
    private final StorageLedger storage;

    Namespaces(NamespaceRows rows, QuotaHolds holds, StorageLedger storage) {
        this.rows = rows;
        this.holds = holds;
        this.storage = storage;
    }

    /** The living namespace of this name, or {@code NotFound}. */
    public Namespace require(Name name) {
        return rows.findByNameAndDeletedAtIsNull(name).orElseThrow(() -> new Refusal.NotFound("namespace", name));
    }

    /** Also finds a deleted one: history still refers to it. */
    public Namespace require(UUID id) {
        return rows.findById(id).orElseThrow(() -> new Refusal.NotFound("namespace", id));
    }

    /** How full a namespace is, and who holds what. */
    public QuotaView quota(Name name) {
        var namespace = require(name);
        return QuotaView.of(
                namespace,
                Usage.of(holds.findByNamespaceIdOrderByKindAscNameAsc(namespace.id()).stream()
                        .map(QuotaHold::hold)
                        .toList()),
                storage.used(namespace));
    }
}
