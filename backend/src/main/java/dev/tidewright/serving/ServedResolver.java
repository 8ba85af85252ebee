package dev.tidewright.serving;

import dev.tidewright.artifacts.ArchivedPrograms;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Digest;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.artifacts.Uploads;
import dev.tidewright.catalog.Alias;
import dev.tidewright.catalog.AliasService;
import dev.tidewright.catalog.AliasView;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.ModelName;
import dev.tidewright.catalog.MoveAlias;
import dev.tidewright.catalog.VersionView;
import dev.tidewright.cluster.NamespaceCapabilities;
import dev.tidewright.cluster.ScalingMetric;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Turns what was asked for (an alias, an upload) into what exactly is served. Joins the caller's transaction. */
@Component
class ServedResolver {

    private final Catalog catalog;
    private final AliasService aliases;
    private final Artifacts artifacts;
    private final Uploads uploads;
    private final ArchivedPrograms programs;
    private final NamespaceCapabilities capabilities;

    ServedResolver(
            Catalog catalog,
            AliasService aliases,
            Artifacts artifacts,
            Uploads uploads,
            ArchivedPrograms programs,
            NamespaceCapabilities capabilities) {
        this.catalog = catalog;
        this.aliases = aliases;
        this.artifacts = artifacts;
        this.uploads = uploads;
        this.programs = programs;
        this.capabilities = capabilities;
    }

    Served resolve(Name namespace, DeployEndpoint command) {
        var serves = Objects.requireNonNull(command.serves());
        var possible = capabilities.of(namespace);
        possible.requireFor(command.pod());
        var arguments = serves.command() == null ? List.<String>of() : serves.command();
        if (serves.model() != null) {
            return new Served(model(namespace, serves.model(), serves), null, null, List.of(), null);
        }
        if (serves.source() != null) {
            var source = source(namespace, serves.source());
            EndpointRules.checkSource(serves, source);
            if (source.kind().equals("archive") && arguments.isEmpty()) {
                programs.require(
                        "serves.entryPoint", source.fileName(), new Digest(source.digest()), serves.entryPoint());
            }
            var entryPoint =
                    serves.entryPoint() == null && arguments.isEmpty() ? source.fileName() : serves.entryPoint();
            return new Served(null, source, null, arguments, entryPoint);
        }
        possible.requireFor(serves.image(), "serves.image");
        return new Served(null, null, serves.image(), arguments, null);
    }

    /** Refuses a policy by what the cluster cannot look at. */
    void requirePossible(Name namespace, @Nullable AutoscalingPolicy policy) {
        capabilities
                .of(namespace)
                .requireFor(policy == null ? List.<ScalingMetric>of() : policy.metrics(), "autoscaling.metrics");
    }

    /** Refuses when a version that a revision names is not there any more, or its image cannot be run any more. */
    void requireStillThere(Name namespace, Served served) {
        capabilities.of(namespace).requireFor(served.image(), "revision");
        var model = served.model();
        if (model != null) {
            try {
                catalog.requireForUse(namespace, model.versionId());
            } catch (Refusal.NotFound gone) {
                var reference = model.name() + "/" + model.version();
                throw new Refusal.Invalid(
                        "unknown-model-version", "serves.model", missing(namespace, model.name(), reference));
            }
        }
    }

    /** Where the alias points now by which a model was asked for; empty when it was not, or when the alias is gone. */
    Optional<Integer> aliasNow(Name namespace, Served served) {
        var model = served.model();
        return model == null || model.alias() == null
                ? Optional.empty()
                : catalog.pointsAt(namespace, model.name(), model.alias());
    }

    /** The last move of the alias that is followed; empty where none is. */
    Optional<AliasView> lastMove(Name namespace, Served served) {
        var model = served.model();
        return model == null || model.alias() == null || !model.follows()
                ? Optional.empty()
                : catalog.lastMove(namespace, model.name(), new Alias(model.alias()));
    }

    /** The same model where a move has taken its alias. */
    Served movedTo(Name namespace, Served served, AliasView move) {
        var model = Objects.requireNonNull(served.model());
        var version = find(namespace, model.name(), model.name() + "/" + move.version());
        return new Served(
                model.at(version.number(), version.id(), digest(artifacts.list(version.artifacts()))),
                null,
                null,
                served.command(),
                served.entryPoint());
    }

    /** Answers what is to be said of it besides: nothing, or that a second person has to approve it. */
    String moveAliasBack(Name namespace, Served served, String reason, Actor actor) {
        var model = served.model();
        if (model == null || model.alias() == null || model.alias().equals(Alias.LATEST)) {
            throw new Refusal.Invalid(
                    "invalid-rollback",
                    "moveAlias",
                    "that revision serves no model by an alias that could be moved back: leave moveAlias out");
        }
        var command = new MoveAlias(model.version(), reason);
        try {
            aliases.point(namespace, model.name(), new Alias(model.alias()), command, actor);
            return "";
        } catch (Refusal.AwaitsApproval asked) {
            // Going back does not wait for it: what is served now is what somebody wants away from.
            return "; moving @" + model.alias() + " back awaits approval";
        }
    }

    private Served.Model model(Name namespace, ModelName name, DeployEndpoint.Serves serves) {
        var alias = serves.alias();
        var reference = alias != null
                ? name + "@" + alias
                : serves.version() == null ? name.value() : name + "/" + serves.version();
        var version = find(namespace, name, reference);
        return new Served.Model(
                name,
                version.number(),
                alias,
                Boolean.TRUE.equals(serves.follow()) ? true : null,
                version.id(),
                digest(artifacts.list(version.artifacts())));
    }

    private VersionView find(Name namespace, ModelName model, String reference) {
        try {
            return catalog.resolveForUse(namespace, reference);
        } catch (Refusal.NotFound unknown) {
            throw new Refusal.Invalid("unknown-model-version", "serves.model", missing(namespace, model, reference));
        }
    }

    private String missing(Name namespace, ModelName model, String reference) {
        return catalog.hasNoVersions(namespace, model)
                ? "model " + model + " has no versions: register one first"
                : "there is no " + reference + " in this namespace: register it first, or name one that is there";
    }

    private Served.Source source(Name namespace, DeployEndpoint.Source asked) {
        try {
            var upload = uploads.require(namespace, Objects.requireNonNull(asked.upload()));
            return new Served.Source(
                    upload.id(),
                    upload.kind().name().toLowerCase(Locale.ROOT),
                    upload.fileName(),
                    upload.digest().value(),
                    upload.size());
        } catch (Refusal.NotFound unknown) {
            throw new Refusal.Invalid(
                    "unknown-upload",
                    "serves.source.upload",
                    "there is no upload \"" + asked.upload()
                            + "\" in this namespace (they are kept for a day): upload the source again");
        }
    }

    /** One digest for all files of a version, whatever the order they are listed in. */
    private static String digest(List<Stored> files) {
        try {
            var all = MessageDigest.getInstance("SHA-256");
            files.stream()
                    .sorted(Comparator.comparing(Stored::path))
                    .map(file -> file.path() + "\0" + file.digest() + "\n")
                    .forEach(line -> all.update(line.getBytes(StandardCharsets.UTF_8)));
            return "sha256:" + HexFormat.of().formatHex(all.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
