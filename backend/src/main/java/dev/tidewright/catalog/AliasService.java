package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Moves aliases, one at a time for each model. */
@Service
@Transactional
public class AliasService {

    private final Models models;
    private final ModelVersions versions;
    private final AliasRows aliases;
    private final ObjectProvider<AliasFollowers> followers;
    private final InstantSource clock;

    AliasService(
            Models models,
            ModelVersions versions,
            AliasRows aliases,
            ObjectProvider<AliasFollowers> followers,
            InstantSource clock) {
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
        var moved = moved(model, alias, from, number, command.reason(), actor);
        followers.orderedStream().forEach(follower -> follower.moved(namespace, name, alias));
        return moved;
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
        moved(model, alias, present.version(), null, reason, actor);
    }

    private AliasView moved(
            Model model,
            Alias alias,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable String reason,
            Actor actor) {
        var why = reason == null ? "" : reason.strip();
        var now = clock.instant();
        var move = aliases.move(model.id(), alias, from, to, why, actor, now);
        model.aliasMoved(alias, from, to, why, actor, now);
        models.saveAndFlush(model);
        return move;
    }

    private Model locked(Name namespace, ModelName name) {
        return models.lock(namespace, name).orElseThrow(() -> new Refusal.NotFound("model", name));
    }
}
