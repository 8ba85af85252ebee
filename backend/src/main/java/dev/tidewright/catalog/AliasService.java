package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Moves aliases, one at a time for each model; a protected one when a second person approves. */
@Service
@Transactional(noRollbackFor = Refusal.AwaitsApproval.class)
public class AliasService {

    private final Models models;
    private final ModelVersions versions;
    private final AliasRows aliases;
    private final ObjectProvider<AliasFollowers> followers;
    private final AliasGuard guard;
    private final InstantSource clock;

    AliasService(
            Models models,
            ModelVersions versions,
            AliasRows aliases,
            ObjectProvider<AliasFollowers> followers,
            AliasGuard guard,
            InstantSource clock) {
        this.guard = guard;
        this.followers = followers;
        this.models = models;
        this.versions = versions;
        this.aliases = aliases;
        this.clock = clock;
    }

    /**
     * Points an alias at a version. To the one it points at already: nothing happens.
     *
     * @param ifMatch the alias as the caller knows it; null claims that there is none yet
     */
    AliasView move(
            Name namespace, ModelName name, Alias alias, MoveAlias command, @Nullable String ifMatch, Actor actor) {
        var model = locked(namespace, name);
        var present = aliases.find(model.id(), alias);
        if (present.isPresent()) {
            IfMatch.require(ifMatch, "alias", name + "@" + alias, present.get().id());
        } else if (ifMatch != null && !ifMatch.isBlank()) {
            throw new Refusal.Conflict(
                    "alias-gone", "there is no alias \"" + alias + "\" any more: repeat without If-Match to make it");
        }
        int number = command.version();
        versions.lock(model.id(), number)
                .orElseThrow(() -> new Refusal.Invalid(
                        "no-such-version",
                        "version",
                        "model \"" + name + "\" has no version " + number
                                + ": register it first, or name one that is there"))
                .requireReady(model);
        var from = present.map(AliasView::version).orElse(null);
        if (present.isPresent() && from != null && from == number) {
            return present.get();
        }
        guard.pass(model, alias, from, number, text(command.reason()), actor);
        return set(model, alias, from, number, text(command.reason()), actor);
    }

    /** Points an alias at a version, whether or not there was such an alias. */
    public AliasView point(Name namespace, ModelName name, Alias alias, MoveAlias command, Actor actor) {
        var present = aliases.find(locked(namespace, name).id(), alias);
        return move(namespace, name, alias, command, present.isPresent() ? "*" : null, actor);
    }

    /** Takes an alias away if there is one. */
    public void drop(Name namespace, ModelName name, Alias alias, Actor actor) {
        if (aliases.find(locked(namespace, name).id(), alias).isPresent()) {
            remove(namespace, name, alias, null, "*", actor);
        }
    }

    /** Takes an alias away. */
    void remove(
            Name namespace,
            ModelName name,
            Alias alias,
            @Nullable String reason,
            @Nullable String ifMatch,
            Actor actor) {
        var model = locked(namespace, name);
        var present =
                aliases.find(model.id(), alias).orElseThrow(() -> new Refusal.NotFound("alias", name + "@" + alias));
        IfMatch.require(ifMatch, "alias", name + "@" + alias, present.id());
        guard.pass(model, alias, present.version(), null, text(reason), actor);
        moved(model, alias, present.version(), null, text(reason), actor);
    }

    /** From now on nobody moves this alias alone. */
    void protect(Name namespace, ModelName name, Alias alias, Actor actor) {
        guard.protect(locked(namespace, name), alias, actor);
    }

    void unprotect(Name namespace, ModelName name, Alias alias, Actor actor) {
        guard.unprotect(locked(namespace, name), alias, actor);
    }

    /** Does what somebody else has asked for. */
    void approve(Name namespace, ModelName name, UUID id, DecideRequest command, Actor actor) {
        var model = locked(namespace, name);
        var request = guard.open(model, id);
        if (request.askedBy().equals(actor.name())) {
            throw new Refusal.Forbidden(
                    "you asked for this yourself: a second person has to approve it, a deployer or admin of "
                            + namespace);
        }
        var alias = new Alias(request.alias());
        var answer = command.reasonOrEmpty();
        guard.decided(model, request, AliasRequestStatus.APPROVED, answer, actor);
        var why = (request.reason().isEmpty() ? "" : request.reason() + "; ") + "asked for by " + request.askedBy()
                + (answer.isEmpty() ? "" : ", approved: " + answer);
        if (request.version() == null) {
            moved(model, alias, request.from(), null, why, actor);
            return;
        }
        versions.lock(model.id(), request.version())
                .orElseThrow(() -> new Refusal.NotFound("model version", name + "/" + request.version()))
                .requireReady(model);
        set(model, alias, request.from(), request.version(), why, actor);
    }

    void decline(Name namespace, ModelName name, UUID id, DecideRequest command, Actor actor) {
        var model = locked(namespace, name);
        var request = guard.open(model, id);
        if (command.reasonOrEmpty().isEmpty()) {
            throw new Refusal.Invalid("reason-missing", "reason", "say why: it is told to who asked");
        }
        guard.decided(model, request, AliasRequestStatus.DECLINED, command.reasonOrEmpty(), actor);
    }

    private AliasView set(Model model, Alias alias, @Nullable Integer from, int number, String why, Actor actor) {
        var moved = moved(model, alias, from, number, why, actor);
        followers.orderedStream().forEach(follower -> follower.moved(model.namespace(), model.name(), alias));
        return moved;
    }

    private AliasView moved(
            Model model, Alias alias, @Nullable Integer from, @Nullable Integer to, String why, Actor actor) {
        var now = clock.instant();
        var move = aliases.move(model.id(), alias, from, to, why, actor, now);
        model.aliasMoved(alias, from, to, why, actor, now);
        models.saveAndFlush(model);
        guard.moved(model, alias);
        return move;
    }

    private static String text(@Nullable String reason) {
        return reason == null ? "" : reason.strip();
    }

    private Model locked(Name namespace, ModelName name) {
        return models.lock(namespace, name).orElseThrow(() -> new Refusal.NotFound("model", name));
    }
}
