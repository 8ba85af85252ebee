package dev.tidewright.tenancy;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Transition;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** A team's room, and what it may hold. */
@Entity
public class Namespace extends AbstractAggregateRoot<Namespace> {

    private static final Actor CLUSTER = Actor.system("cluster");

    @Id
    private UUID id;

    @Version
    private long version;

    private Name name;
    private String description;

    @JdbcTypeCode(SqlTypes.JSON)
    private Limits limits;

    private Name cluster;

    @Enumerated(EnumType.STRING)
    private PickledModels pickledModels = PickledModels.ALLOWED;

    private Instant createdAt;
    private String createdBy;
    private @Nullable Instant deletedAt;
    private @Nullable String fault;
    private @Nullable Instant faultSince;

    @JdbcTypeCode(SqlTypes.JSON)
    private List<String> setAside = List.of();

    @SuppressWarnings("NullAway.Init")
    protected Namespace() {}

    Namespace(Name name, String description, Limits limits, Name cluster, Actor actor, Instant now) {
        if (name.value().startsWith("kube-")
                || name.value().equals("default")
                || name.value().startsWith("tidewright")) {
            throw new Refusal.Invalid(
                    "reserved-name", "name", "\"" + name + "\" is reserved for the cluster: choose another name");
        }
        this.id = Ids.next(now);
        this.name = name;
        this.description = description;
        this.limits = limits;
        this.cluster = cluster;
        this.createdAt = now;
        this.createdBy = actor.name();
        note("created", null, name.value(), "limits " + words(limits), actor, now);
    }

    void change(@Nullable String newDescription, @Nullable Limits newLimits, Actor actor, Instant now) {
        if (newDescription != null && !newDescription.equals(description)) {
            note("described", description, newDescription, "by request", actor, now);
            description = newDescription;
        }
        if (newLimits != null && !newLimits.equals(limits)) {
            note("limits-changed", words(limits), words(newLimits), "by request", actor, now);
            limits = newLimits;
        }
    }

    /** Says whether models with pickled code may be deployed from now on. */
    void decide(@Nullable PickledModels policy, Actor actor, Instant now) {
        if (policy != null && policy != pickledModels) {
            note("pickled-models", pickledModels.word(), policy.word(), "by request", actor, now);
            pickledModels = policy;
        }
    }

    void delete(Actor actor, Instant now) {
        deletedAt = now;
        note("deleted", name.value(), null, "by request", actor, now);
    }

    /** What others had changed of it in the cluster was put back. */
    void repaired(String what, Instant now) {
        note("repaired", null, null, what, CLUSTER, now);
    }

    /** The cluster does not give it to us: nothing starts in it. Answers whether that is new. */
    boolean refused(String why, Instant now) {
        if (why.equals(fault)) {
            return false;
        }
        faultSince = fault == null ? now : faultSince;
        fault = why;
        note("refused", null, "REFUSED", why, CLUSTER, now);
        return true;
    }

    /** It is in the cluster with all its fences. Answers whether that is new. */
    boolean provided(Instant now) {
        if (fault == null) {
            return false;
        }
        note("provided", "REFUSED", "READY", "the cluster has it now", CLUSTER, now);
        fault = null;
        faultSince = null;
        return true;
    }

    /** What lies in it and looks like ours, but is not. Answers whether that is new. */
    boolean putAside(List<String> now, Instant at) {
        if (now.equals(setAside)) {
            return false;
        }
        now.stream()
                .filter(one -> !setAside.contains(one))
                .forEach(one -> note("set-aside", null, null, one, CLUSTER, at));
        setAside = now;
        return true;
    }

    List<String> aside() {
        return List.copyOf(setAside);
    }

    /** Why nothing starts in it; null when nothing is known against it. */
    @Nullable
    Fault fault() {
        return fault == null || faultSince == null ? null : new Fault(fault, faultSince);
    }

    /**
     * What is wrong with a namespace.
     *
     * @param message one sentence with the remedy
     */
    record Fault(String message, Instant since) {}

    public UUID id() {
        return id;
    }

    public Name name() {
        return name;
    }

    public Limits limits() {
        return limits;
    }

    /** Whether models whose files run code where they are loaded may be deployed. */
    public PickledModels pickledModels() {
        return pickledModels;
    }

    Name cluster() {
        return cluster;
    }

    /** Refuses another than it is in: its programs and volumes would stay behind. */
    void requireSameCluster(@Nullable Name wanted) {
        if (wanted != null && !wanted.equals(cluster)) {
            throw new Refusal.Invalid(
                    "cluster-fixed",
                    "cluster",
                    "namespace \"" + name + "\" is in the cluster \"" + cluster
                            + "\" for good, because what runs there cannot be moved: make another namespace in \""
                            + wanted
                            + "\"");
        }
    }

    long version() {
        return version;
    }

    String description() {
        return description;
    }

    Instant createdAt() {
        return createdAt;
    }

    String createdBy() {
        return createdBy;
    }

    boolean deleted() {
        return deletedAt != null;
    }

    void noteMember(String user, @Nullable Role from, @Nullable Role to, Actor actor, Instant now) {
        registerEvent(new Transition(
                name.value(),
                "member",
                id,
                user,
                to == null ? "removed" : from == null ? "added" : "role-changed",
                from == null ? null : from.word(),
                to == null ? null : to.word(),
                "by request",
                actor,
                now,
                Map.of()));
    }

    private void note(
            String verb, @Nullable String from, @Nullable String to, String reason, Actor actor, Instant now) {
        registerEvent(new Transition(
                name.value(), "namespace", id, name.value(), verb, from, to, reason, actor, now, Map.of()));
    }

    private static String words(Limits limits) {
        return limits.cpu() + " cpu, " + limits.memory() + " memory, "
                + limits.gpu().entrySet().stream()
                        .map(device -> device.getValue() + " " + device.getKey() + ", ")
                        .collect(Collectors.joining())
                + limits.storage()
                + " storage, " + Text.counted(limits.jobs(), "job") + ", "
                + Text.counted(limits.endpoints(), "endpoint");
    }
}
