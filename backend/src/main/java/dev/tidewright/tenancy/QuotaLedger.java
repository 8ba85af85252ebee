package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resources;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Who holds how much of a namespace's quota. Everything happens in the caller's transaction. Whoever takes does so under a
 * lock of the namespace's row, so what is held never exceeds the limits however many submit at once. All of the namespace
 * wait for that lock until the transaction ends: take late in it, but before files are kept, which locks the
 * {@link StorageLedger}.
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
        var namespace = locked(living(name));
        var verdict = judge(namespace, hold);
        if (verdict instanceof Verdict.Granted) {
            var before = holds.findById(hold.holder());
            if (before.isPresent()) {
                before.get().resize(hold);
                holds.save(before.get());
                events.publishEvent(new QuotaReleased(namespace.id()));
            } else {
                holds.save(new QuotaHold(namespace.id(), hold));
            }
        }
        return verdict;
    }

    /** Nobody else takes from this namespace's quota until the transaction ends. */
    public void lock(UUID namespace) {
        locked(require(namespace));
    }

    /**
     * Holds a part for each that fits, in this order, and answers each of them. Who could never fit waits as well: for a
     * higher limit.
     *
     * @param wanted none of them holds anything yet
     */
    public List<Verdict> reserveAll(UUID namespaceId, List<Hold> wanted) {
        var namespace = locked(require(namespaceId));
        var usage = usage(namespaceId, NOBODY);
        var verdicts = new ArrayList<Verdict>();
        for (var hold : wanted) {
            var verdict = judge(namespace, hold, usage);
            if (verdict instanceof Verdict.Granted) {
                holds.save(new QuotaHold(namespaceId, hold));
                usage = usage.plus(hold.resources(), hold.jobs(), hold.endpoints());
            }
            verdicts.add(verdict);
        }
        return verdicts;
    }

    /** The answer that {@link #reserve} would give now, without holding or locking anything. */
    public Verdict check(Name name, Hold hold) {
        return judge(living(name), hold);
    }

    /** What nobody holds just now. */
    public Resources free(Name name) {
        var namespace = living(name);
        return namespace
                .limits()
                .resources()
                .minus(usage(namespace.id(), NOBODY).resources());
    }

    /**
     * Gives everything of this holder back; harmless when it holds nothing. Without the lock: who takes meanwhile sees too
     * little room at worst, and is asked again because of the event.
     */
    public void release(UUID holder) {
        holds.findById(holder).ifPresent(hold -> {
            holds.delete(hold);
            events.publishEvent(new QuotaReleased(hold.namespaceId()));
        });
    }

    /** Refuses when somebody holds something, and lets nobody take anything until the transaction ends. */
    void requireUnused(Name name) {
        var users = holds
                .findByNamespaceIdOrderByKindAscNameAsc(locked(living(name)).id())
                .stream()
                .map(hold ->
                        new Refusal.FieldError(hold.hold().kind(), hold.hold().name()))
                .toList();
        if (!users.isEmpty()) {
            throw new Refusal.Conflict(
                    "in-use",
                    "namespace \"" + name + "\" is in use by " + users.size()
                            + " running jobs or endpoints: stop or delete them first",
                    users);
        }
    }

    /** What waits may fit now. */
    void limitsChanged(Namespace namespace) {
        events.publishEvent(new QuotaReleased(namespace.id()));
    }

    /** Locks and reads anew: the caller's transaction may have read the row before it had to wait for the lock. */
    private Namespace locked(Namespace namespace) {
        entities.refresh(namespace, LockModeType.PESSIMISTIC_WRITE);
        if (namespace.deleted()) {
            throw new Refusal.NotFound("namespace", namespace.name());
        }
        return namespace;
    }

    private Namespace require(UUID id) {
        return namespaces.findById(id).orElseThrow(() -> new Refusal.NotFound("namespace", id));
    }

    private Namespace living(Name name) {
        return namespaces.findByNameAndDeletedAtIsNull(name).orElseThrow(() -> new Refusal.NotFound("namespace", name));
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
        var usage = usage(namespace.id(), hold.holder());
        QuotaWords.refuseImpossible(namespace, QuotaWords.parts(hold, usage, namespace.limits()));
        return judge(namespace, hold, usage);
    }

    private static Verdict judge(Namespace namespace, Hold hold, Usage usage) {
        var lacking = QuotaWords.lacking(namespace, QuotaWords.parts(hold, usage, namespace.limits()));
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
