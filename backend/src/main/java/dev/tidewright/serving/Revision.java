package dev.tidewright.serving;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/** What an endpoint was told to serve once, whole. Never changes. */
@Entity(name = "EndpointRevision")
@Immutable
class Revision implements Persistable<UUID> {

    @Id
    private UUID id;

    private UUID endpointId;
    private int number;

    @JdbcTypeCode(SqlTypes.JSON)
    private RevisionSpec spec;

    private String specDigest;
    private @Nullable UUID modelVersionId;
    private String author;
    private String via;
    private String reason;
    private @Nullable Integer copiedFrom;
    private Instant createdAt;

    @SuppressWarnings("NullAway.Init")
    protected Revision() {}

    Revision(Endpoint endpoint, RevisionSpec spec, String specDigest, Origin origin) {
        this.id = origin.id();
        this.endpointId = endpoint.id();
        this.number = endpoint.nextRevision();
        this.spec = spec;
        this.specDigest = specDigest;
        this.modelVersionId =
                spec.serves().model() == null ? null : spec.serves().model().versionId();
        this.author = origin.actor().name();
        this.via = origin.actor().via();
        this.reason = origin.reason();
        this.copiedFrom = origin.copiedFrom();
        this.createdAt = origin.at();
    }

    /**
     * Who made a revision, when and why.
     *
     * @param copiedFrom the number of the revision that a rollback copied; null for a change
     */
    record Origin(
            UUID id, Actor actor, String reason, @Nullable Integer copiedFrom, Instant at) {
        static Origin of(Actor actor, String reason, @Nullable Integer copiedFrom, Instant at) {
            return new Origin(Ids.next(at), actor, reason, copiedFrom, at);
        }
    }

    @Override
    public UUID getId() {
        return id;
    }

    /** A revision is inserted once and never again. */
    @Override
    public boolean isNew() {
        return true;
    }

    UUID id() {
        return id;
    }

    UUID endpointId() {
        return endpointId;
    }

    int number() {
        return number;
    }

    RevisionSpec spec() {
        return spec;
    }

    String specDigest() {
        return specDigest;
    }

    @Nullable
    UUID modelVersionId() {
        return modelVersionId;
    }

    String author() {
        return author;
    }

    String via() {
        return via;
    }

    String reason() {
        return reason;
    }

    @Nullable
    Integer copiedFrom() {
        return copiedFrom;
    }

    Instant createdAt() {
        return createdAt;
    }
}
