package dev.tidewright.mlflow;

import dev.tidewright.catalog.NewVersion;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.RunService;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads what a client wants to register; the run and the logged model that it names have to be there. */
@Component
class Registration {

    private static final int LONGEST_LINK = 500;

    private final ModelUri uris;
    private final RunService runs;
    private final LoggedModelService loggedModels;

    Registration(ModelUri uris, RunService runs, LoggedModelService loggedModels) {
        this.uris = uris;
        this.runs = runs;
        this.loggedModels = loggedModels;
    }

    NewVersion read(Name namespace, CreateVersion command) {
        var source = Given.required("source", command.source());
        return new NewVersion(
                uris.read(namespace, source),
                command.description(),
                Pair.map("tag", command.tags()),
                null,
                new NewVersion.Told(
                        source, run(namespace, command), loggedModel(namespace, command), link(command.runLink())));
    }

    private @Nullable UUID run(Name namespace, CreateVersion command) {
        var told = command.runId();
        if (told == null || told.isEmpty()) {
            return null;
        }
        var run = Given.run(told, null);
        runs.requirePresent(namespace, run);
        return run;
    }

    private @Nullable UUID loggedModel(Name namespace, CreateVersion command) {
        var told = command.modelId();
        if (told == null || told.isEmpty()) {
            return null;
        }
        return loggedModels.require(namespace, LoggedModelOnWire.id(told)).id();
    }

    private static @Nullable String link(@Nullable String link) {
        if (link == null || link.isEmpty()) {
            return null;
        }
        if (link.length() > LONGEST_LINK || link.chars().anyMatch(Character::isISOControl)) {
            throw new Refusal.Invalid(
                    "invalid-value",
                    "run_link",
                    "run_link is not valid: give an address of at most " + LONGEST_LINK + " characters");
        }
        return link;
    }
}
