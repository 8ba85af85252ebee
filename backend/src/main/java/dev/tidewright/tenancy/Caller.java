package dev.tidewright.tenancy;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who was authenticated, and how far that way of coming in reaches. */
public sealed interface Caller {

    Actor actor();

    /**
     * A person or service account.
     *
     * @param scope the most that this way of coming in allows; {@code ADMIN} for a browser session
     * @param only the only namespace a token works in; null for all
     */
    record Person(
            UUID userId,
            Name name,
            boolean platformAdmin,
            Scope scope,
            @Nullable Name only,
            String via) implements Caller {
        @Override
        public Actor actor() {
            return new Actor(Actor.Kind.USER, name.value(), via);
        }

        boolean reaches(Name namespace) {
            return only == null || only.equals(namespace);
        }
    }

    /**
     * A running workload with the token that it was started with.
     *
     * @param kind {@code job} or {@code revision}
     */
    record Work(String kind, UUID id, Name namespace) implements Caller {
        @Override
        public Actor actor() {
            return new Actor(Actor.Kind.WORKLOAD, kind + " " + id, "");
        }
    }

    /**
     * What a job runs, while it runs: it may track what it does, in the job's namespace, and nothing else.
     *
     * @param id of the job
     * @param name of the job
     */
    record Program(UUID id, Name name, Name namespace) implements Caller {
        @Override
        public Actor actor() {
            return new Actor(Actor.Kind.WORKLOAD, "job " + name, "");
        }
    }
}
