package dev.tidewright.artifacts;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Namespace;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tenancy.StorageLedger;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/** What namespaces pay for their bytes. */
@Component
class StorageAccount {

    private final StorageLedger ledger;
    private final Namespaces namespaces;

    StorageAccount(StorageLedger ledger, Namespaces namespaces) {
        this.ledger = ledger;
        this.namespaces = namespaces;
    }

    /**
     * Does a step in the caller's transaction and charges the bytes by which it says the namespace has grown. Its account
     * is locked before, so that two steps never both ask "does it pay for these bytes already?".
     */
    void charge(Name name, LongSupplier step) {
        var namespace = living(name);
        namespace.ifPresent(ledger::lock);
        var change = step.getAsLong();
        if (change != 0) {
            namespace.ifPresent(one -> ledger.charge(one, change));
        }
    }

    StorageRoom room(Name namespace, Predicate<Digest> paid) {
        var found = namespaces.require(namespace);
        return new StorageRoom(ledger.free(found), paid, bytes -> ledger.refusal(found, bytes));
    }

    /** A deleted namespace has no quota to give anything back to. */
    private Optional<Namespace> living(Name name) {
        try {
            return Optional.of(namespaces.require(name));
        } catch (Refusal.NotFound deleted) {
            return Optional.empty();
        }
    }
}
