package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resources;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Who holds how much of a namespace's quota. Everything happens in the caller's transaction and under a lock of the
 * namespace's row, so what is held never exceeds the limits however many submit at once.
 */
@Service
@Transactional(propagation = Propagation.MANDATORY)
public class QuotaLedger {

    private static final UUID NOBODY = new UUID(0, 0);

    private final NamespaceRows namespaces;
    private final QuotaHolds holds;
    private final ApplicationEventPublisher events;
    private final EntityManager entities;

    QuotaLedger(NamespaceRows namespaces, QuotaHolds holds, ApplicationEventPublisher events, EntityManager entities) {
        this.namespaces = namespaces;
        this.holds = holds;
        this.events = events;
        this.entities = entities;
    }

    /**
     * Holds a part of the quota from now on, or says what is missing. The same holder again resizes its hold; giving
     * part of it back is always granted.
     *
     * @throws Refusal.OverQuota when it could not fit even into an empty namespace
     */
    public Verdict reserve(Name name, Hold hold) {
        var namespace = locked(name);
        var verdict = judge(namespace, hold);
        if (verdict instanceof Verdict.Granted) {
            var before = holds.findById(hold.holder());
            if (before.isPresent()) {
                before.get().resize(hold);
                holds.save(before.get());
                events.publishEvent(new QuotaReleased(namespace.id(), name));
            } else {
                holds.save(new QuotaHold(namespace.id(), hold));
            }
        }
        return verdict;
    }

    /** The answer that {@link #reserve} would give now, without holding anything. */
    public Verdict check(Name name, Hold hold) {
        return judge(locked(name), hold);
    }

    /** What nobody holds just now. */
    public Resources free(Name name) {
        var namespace = locked(name);
        return namespace
                .limits()
                .resources()
                .minus(usage(namespace.id(), NOBODY).resources());
    }

    /** Gives everything of this holder back; harmless when it holds nothing. */
    public void release(UUID holder) {
        holds.findById(holder).ifPresent(hold -> {
            var namespace = namespaces.findById(hold.namespaceId()).orElseThrow();
            entities.refresh(namespace, LockModeType.PESSIMISTIC_WRITE);
            holds.delete(hold);
            events.publishEvent(new QuotaReleased(namespace.id(), namespace.name()));
        });
    }

    /**
     * Counts artifact bytes; negative gives back.
     *
     * @throws Refusal.OverQuota when they do not fit
     */
    public void chargeStorage(Name name, long bytes) {
        var namespace = locked(name);
        namespace.charge(bytes);
        namespaces.save(namespace);
    }

    /** Locks and reads anew: the caller's transaction may have read the row before it had to wait for the lock. */
    private Namespace locked(Name name) {
        var namespace = namespaces
                .findByNameAndDeletedAtIsNull(name)
                .orElseThrow(() -> new Refusal.NotFound("namespace", name));
        entities.refresh(namespace, LockModeType.PESSIMISTIC_WRITE);
        return namespace;
    }

    private Verdict judge(Namespace namespace, Hold hold) {
        var shrinks = holds.findById(hold.holder())
                .map(QuotaHold::hold)
                .filter(held -> hold.resources().fitsInto(held.resources())
                        && hold.jobs() <= held.jobs()
                        && hold.endpoints() <= held.endpoints())
                .isPresent();
        if (shrinks) {
            return new Verdict.Granted();
        }
        var parts = QuotaWords.parts(hold, usage(namespace.id(), hold.holder()), namespace.limits());
        QuotaWords.refuseImpossible(namespace, parts);
        var lacking = QuotaWords.lacking(namespace, parts);
        return lacking.isEmpty() ? new Verdict.Granted() : new Verdict.Waiting(lacking);
    }

    /** Summed up by the database, because all of the namespace wait meanwhile, and thousands may hold something. */
    private Usage usage(UUID namespaceId, UUID except) {
        var usage = Usage.of(List.of());
        for (var group : holds.others(namespaceId, except)) {
            usage = usage.plus(
                    group.getResources().times((int) group.getHolders()), group.getJobs(), group.getEndpoints());
        }
        return usage;
    }
}
