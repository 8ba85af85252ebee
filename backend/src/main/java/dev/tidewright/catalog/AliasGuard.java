package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Refusal.FieldError;
import dev.tidewright.kernel.Transition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Lets nobody move a protected alias alone: what would move one becomes a request instead. Every method is called with the
 * model's lock held, so that of two who decide at once only one does.
 */
@Component
class AliasGuard {

    private static final int ALL = Integer.MAX_VALUE;

    private final AliasRequestRows rows;
    private final ApplicationEventPublisher events;
    private final InstantSource clock;

    AliasGuard(AliasRequestRows rows, ApplicationEventPublisher events, InstantSource clock) {
        this.rows = rows;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Does nothing where the alias is not protected. Otherwise it notes the wish, and refuses.
     *
     * @param from where the alias points; null: nowhere
     * @param to where it is to point; null: it is to be taken away
     * @throws Refusal.AwaitsApproval after which the caller's transaction is to be committed, for the wish is in it
     */
    void pass(Model model, Alias alias, @Nullable Integer from, @Nullable Integer to, String reason, Actor actor) {
        if (!isProtected(model, alias)) {
            return;
        }
        var request = rows.waiting(model.id(), alias, to).orElseGet(() -> {
            var now = clock.instant();
            var asked = rows.ask(Ids.next(now), model.id(), alias, from, to, reason, actor, now);
            note(model, "asked", asked, reason, actor, now);
            return asked;
        });
        var by = request.askedBy().equals(actor.name()) ? "" : ", asked for by " + request.askedBy() + ",";
        throw new Refusal.AwaitsApproval(
                (to == null ? "taking @" + alias + " away from" : "moving @" + alias + " of") + " \"" + model.name()
                        + "\""
                        + (to == null ? "" : " to version " + to) + by
                        + " awaits the approval of a second person: a deployer or admin of " + model.namespace()
                        + " other than "
                        + request.askedBy() + ", at " + page(model) + "; until then "
                        + (from == null ? "it points nowhere" : "it stays at version " + from),
                List.of(new FieldError(
                        "request",
                        "/api/v1/namespaces/" + model.namespace() + "/models/"
                                + model.name().inPath() + "/alias-requests/" + request.id())));
    }

    /** Refuses what would take aliases of the model away together with something else, where one of them is protected. */
    void requireNone(Model model, Predicate<String> taken, String what) {
        rows.protectedOf(model.id()).stream()
                .map(ProtectedAlias::alias)
                .filter(taken)
                .findFirst()
                .ifPresent(alias -> {
                    throw new Refusal.Conflict(
                            "alias-protected",
                            what + " would take the protected alias @" + alias
                                    + " away: have that approved first, or let an admin take the protection away");
                });
    }

    /** A request that the caller may decide now, or refuses. */
    AliasRequestView open(Model model, UUID id) {
        var request = rows.find(model.id(), id).orElseThrow(() -> new Refusal.NotFound("alias request", id));
        if (request.status() != AliasRequestStatus.WAITING) {
            throw new Refusal.Conflict(
                    "request-over",
                    switch (request.status()) {
                        case WAITING -> throw new IllegalStateException("it waits");
                        case APPROVED -> "this was approved by " + request.decidedBy() + " already";
                        case DECLINED -> "this was declined by " + request.decidedBy() + " already";
                        case VOID -> "this is void: " + request.answer() + "; ask anew if it is still wanted";
                    });
        }
        return request;
    }

    void decided(Model model, AliasRequestView request, AliasRequestStatus status, String answer, Actor actor) {
        var now = clock.instant();
        rows.decide(request.id(), status, actor, answer, now);
        note(model, status == AliasRequestStatus.APPROVED ? "approved" : "declined", request, answer, actor, now);
    }

    /** The alias points elsewhere: what others wanted of it was about another state. */
    void moved(Model model, Alias alias) {
        end(model, request -> request.alias().equals(alias.value()), "@" + alias + " was moved meanwhile");
    }

    void versionDeleted(Model model, int number) {
        end(
                model,
                request -> request.version() != null && request.version() == number,
                "version " + number + " was deleted meanwhile");
    }

    void modelDeleted(Model model) {
        end(model, request -> true, "the model was deleted");
    }

    void protect(Model model, Alias alias, Actor actor) {
        var now = clock.instant();
        if (rows.protect(model.id(), alias, actor, now)) {
            note(model, "protected", "@" + alias, "", actor, now);
        }
    }

    void unprotect(Model model, Alias alias, Actor actor) {
        if (!rows.unprotect(model.id(), alias)) {
            throw new Refusal.NotFound("protected alias", model.name() + "@" + alias);
        }
        note(model, "unprotected", "@" + alias, "", actor, clock.instant());
        end(
                model,
                request -> request.alias().equals(alias.value()),
                "@" + alias + " is not protected any more: it can be moved without approval");
    }

    private boolean isProtected(Model model, Alias alias) {
        return rows.protectedOf(model.id()).stream().anyMatch(one -> one.alias().equals(alias.value()));
    }

    private void end(Model model, Predicate<AliasRequestView> which, String why) {
        var now = clock.instant();
        rows.list(model.id(), AliasRequestStatus.WAITING, null, ALL).stream()
                .filter(which)
                .forEach(request -> {
                    rows.decide(request.id(), AliasRequestStatus.VOID, null, why, now);
                    note(model, "request-void", request, why, Actor.system("aliases"), now);
                });
    }

    private void note(Model model, String verb, AliasRequestView request, String reason, Actor actor, Instant now) {
        note(model, verb, request.what(), reason, actor, now);
    }

    private void note(Model model, String verb, String what, String reason, Actor actor, Instant now) {
        events.publishEvent(new Transition(
                model.namespace().value(),
                "model",
                model.id(),
                model.name().value(),
                verb,
                null,
                what,
                reason,
                actor,
                now,
                Map.of()));
    }

    /** Where it is decided: with the name that the caller reached us by, if there is one. */
    private static String page(Model model) {
        var path = "/ns/" + model.namespace() + "/models/" + model.name().inPath() + "#requests";
        return RequestContextHolder.getRequestAttributes() == null
                ? path
                : ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString() + path;
    }
}
