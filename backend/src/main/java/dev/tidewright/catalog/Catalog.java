package dev.tidewright.catalog;

import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tenancy.PickledModels;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Reads the catalog. */
@Service
@Transactional(readOnly = true)
public class Catalog {

    private final CatalogRows rows;
    private final AliasRows aliases;
    private final ObjectProvider<VersionUsers> users;
    private final Namespaces namespaces;

    Catalog(CatalogRows rows, AliasRows aliases, ObjectProvider<VersionUsers> users, Namespaces namespaces) {
        this.rows = rows;
        this.aliases = aliases;
        this.users = users;
        this.namespaces = namespaces;
    }

    /** A model, or refuses. */
    public ModelView model(Name namespace, ModelName name) {
        return rows.model(namespace, name).orElseThrow(() -> new Refusal.NotFound("model", name));
    }

    /** Whether there is such a model, and nothing of it to use. */
    public boolean hasNoVersions(Name namespace, ModelName name) {
        return rows.model(namespace, name)
                .filter(model -> model.versions() == 0)
                .isPresent();
    }

    /** Newest first. */
    public Slice<ModelView> models(Name namespace, ModelQuery query, @Nullable String cursor, int limit) {
        var page = rows.models(namespace, query, Cursor.id(cursor).orElse(null), limit + 1);
        return Slice.of(page, limit, ModelView::id);
    }

    /** A version by number, a deleted one too, or refuses. */
    public VersionView version(Name namespace, ModelName model, int number) {
        return require(namespace, new ModelReference.Numbered(model, number));
    }

    /** What a reference means now, where a deleted version is none; never refuses. */
    public Optional<VersionView> find(Name namespace, ModelReference reference) {
        return rows.version(namespace, reference).filter(version -> version.status() == VersionStatus.READY);
    }

    /** The same, where a deleted one is none. */
    public VersionView ready(Name namespace, ModelName model, int number) {
        return Optional.of(version(namespace, model, number))
                .filter(version -> version.status() == VersionStatus.READY)
                .orElseThrow(() -> new Refusal.NotFound("model version", model + "/" + number));
    }

    /** A version of this namespace by id, where a deleted one is none, or refuses. */
    public VersionView ready(Name namespace, UUID id) {
        return rows.version(id)
                .filter(version -> version.namespace().equals(namespace) && version.status() == VersionStatus.READY)
                .orElseThrow(() -> new Refusal.NotFound("model version", id));
    }

    /** A version by id; for those who hold one. Refuses when there never was one. */
    public VersionView version(UUID id) {
        return rows.version(id).orElseThrow(() -> new Refusal.NotFound("model version", id));
    }

    /** Highest number first, without deleted ones. */
    public Slice<VersionView> versions(
            Name namespace, ModelName model, Map<String, String> tags, @Nullable String cursor, int limit) {
        var below = Cursor.number(cursor).map(Long::intValue).orElse(null);
        return Slice.of(
                rows.versions(model(namespace, model).id(), tags, below, limit + 1), limit, VersionView::number);
    }

    /** The version that {@code diabetes/3}, {@code diabetes@champion} or {@code diabetes} means now, or refuses. */
    public VersionView resolve(Name namespace, String reference) {
        var wanted = ModelReference.parse(reference);
        return Optional.of(require(namespace, wanted))
                .filter(version -> version.status() == VersionStatus.READY)
                .orElseThrow(() -> new Refusal.NotFound("model version", wanted));
    }

    /** Refuses for the lack of the model where that is what lacks. */
    private VersionView require(Name namespace, ModelReference reference) {
        return rows.version(namespace, reference)
                .orElseThrow(() -> rows.model(namespace, reference.model()).isEmpty()
                        ? new Refusal.NotFound("model", reference.model())
                        : new Refusal.NotFound("model version", reference));
    }

    /**
     * The same for a caller that writes down, in the transaction it calls from, that it serves the version: until that
     * transaction ends nobody deletes it. Refuses pickled code where the namespace does.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public VersionView resolveForUse(Name namespace, String reference) {
        var version = resolve(namespace, reference);
        if (!rows.hold(version.id())) {
            throw new Refusal.NotFound("model version", version.reference());
        }
        refusePickled(version);
        return version;
    }

    /** The same for a caller that has used the version before, whatever its model is called now. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void requireForUse(Name namespace, UUID version) {
        var found = ready(namespace, version);
        if (!rows.hold(found.id())) {
            throw new Refusal.NotFound("model version", version);
        }
        refusePickled(found);
    }

    private void refusePickled(VersionView version) {
        var pickled = version.pickled();
        if (pickled != null && namespaces.require(version.namespace()).pickledModels() == PickledModels.REFUSED) {
            throw new Refusal.Conflict(
                    "pickled-model",
                    "version " + version.reference() + " cannot be served: namespace \"" + version.namespace()
                            + "\" refuses pickled models, and " + pickled.words()
                            + ": save it without pickle (scikit-learn by skops, XGBoost as JSON, LightGBM as text, PyTorch as pt2, or any as"
                            + " ONNX) and register that, or ask an admin of the platform to allow them there");
        }
    }

    /** Who uses a version now: aliases and whatever other features say. */
    public List<VersionUser> usersOf(VersionView version) {
        var pointing = version.aliases().stream().map(alias -> new VersionUser("alias " + alias, null));
        return Stream.concat(pointing, workOn(version.id())).toList();
    }

    /** What other features do with a version. */
    Stream<VersionUser> workOn(UUID version) {
        return users.orderedStream().flatMap(feature -> feature.usersOf(version).stream());
    }

    /** The versions made of what a job has left behind, as references like {@code diabetes/3}; without deleted ones. */
    public List<String> versionsMadeBy(UUID job) {
        return rows.versionsMadeBy(job);
    }

    /** Where an alias points now, or refuses. */
    public AliasView alias(Name namespace, ModelName model, Alias alias) {
        return aliases.find(model(namespace, model).id(), alias)
                .orElseThrow(() -> new Refusal.NotFound("alias", model + "@" + alias));
    }

    /** The last move of an alias; empty when it points nowhere. */
    public Optional<AliasView> lastMove(Name namespace, ModelName model, Alias alias) {
        return rows.model(namespace, model).flatMap(found -> aliases.find(found.id(), alias));
    }

    /** The move that made an alias point where it pointed at {@code instant}; refuses when it pointed nowhere. */
    public AliasView aliasAt(Name namespace, ModelName model, Alias alias, Instant instant) {
        return aliases.at(model(namespace, model).id(), alias, instant)
                .filter(move -> move.version() != null)
                .orElseThrow(() -> new Refusal.NotFound("alias", model + "@" + alias + " at " + instant));
    }

    /** The number that an alias means now, {@code latest} too; never refuses. */
    public Optional<Integer> pointsAt(Name namespace, ModelName model, String alias) {
        return rows.model(namespace, model)
                .flatMap(found -> alias.equalsIgnoreCase(Alias.LATEST)
                        ? Optional.of(found.latestVersion())
                        : Optional.ofNullable(found.aliases().get(alias)));
    }

    /** All moves of an alias, newest first. */
    public Slice<AliasView> aliasHistory(
            Name namespace, ModelName model, Alias alias, @Nullable String cursor, int limit) {
        var before = Cursor.number(cursor).orElse(null);
        return Slice.of(aliases.history(model(namespace, model).id(), alias, before, limit + 1), limit, AliasView::id);
    }
}
