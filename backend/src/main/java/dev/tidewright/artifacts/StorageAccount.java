package dev.tidewright.artifacts;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tenancy.QuotaLedger;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/** What namespaces pay for their bytes. */
@Component
class StorageAccount {

    private final QuotaLedger ledger;
    private final Namespaces namespaces;

    StorageAccount(QuotaLedger ledger, Namespaces namespaces) {
        this.ledger = ledger;
        this.namespaces = namespaces;
    }

    /**
     * Does a step in the caller's transaction and charges the bytes by which it says the namespace has grown. The
     * namespace is locked before, so that two steps never both ask "does it pay for these bytes already?".
     */
    void charge(Name namespace, LongSupplier step) {
        var charged = lives(namespace);
        if (charged) {
            ledger.chargeStorage(namespace, 0);
        }
        var change = step.getAsLong();
        if (charged && change != 0) {
            ledger.chargeStorage(namespace, change);
        }
    }

    StorageRoom room(Name namespace, Predicate<Digest> paid) {
        var found = namespaces.require(namespace);
        return new StorageRoom(found.freeStorage(), paid, found::refuseStorage);
    }

    /** A deleted namespace has no quota to give anything back to. */
    private boolean lives(Name namespace) {
        try {
            namespaces.require(namespace);
            return true;
        } catch (Refusal.NotFound deleted) {
            return false;
        }
    }
}
