package dev.tidewright.mlflow;

import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.VersionOrigin;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** Reads the addresses by which clients say what a version is made of. */
@Component
class ModelUri {

    private static final int LONGEST = 600;
    private static final Pattern FORM =
            Pattern.compile("(models|runs|mlflow-artifacts):(?://[^/]*)?/+(.+)", Pattern.DOTALL);
    private static final Pattern LOGGED_MODEL = Pattern.compile("m-[0-9a-f]{32}");

    private final Catalog catalog;

    ModelUri(Catalog catalog) {
        this.catalog = catalog;
    }

    VersionOrigin read(Name namespace, String uri) {
        var form = FORM.matcher(uri);
        if (uri.length() > LONGEST || !form.matches()) {
            throw new Refusal.Invalid(
                    "invalid-source",
                    "source",
                    "\"" + Text.shortened(uri, 80)
                            + "\" is no place that models are registered from: log the model into a"
                            + " run here, and give runs:/<run>/<path>, models:/m-<id>, models:/<name>/<version> or"
                            + " mlflow-artifacts:/…");
        }
        var rest = form.group(2);
        return switch (form.group(1)) {
            case "runs" -> ofRun(rest);
            case "models" -> ofModel(namespace, rest);
            default -> ofPlace(namespace, ArtifactPlace.parse(namespace, rest));
        };
    }

    private static VersionOrigin ofRun(String rest) {
        var slash = rest.indexOf('/');
        var run = Given.run(slash < 0 ? rest : rest.substring(0, slash), null);
        var place = ArtifactPlace.below(ArtifactPlace.Owner.RUN, run, slash < 0 ? "" : rest.substring(slash + 1));
        return new VersionOrigin.OfRun(run, place.path());
    }

    private VersionOrigin ofModel(Name namespace, String rest) {
        if (LOGGED_MODEL.matcher(rest).matches()) {
            return new VersionOrigin.OfLoggedModel(LoggedModelOnWire.id(rest), "");
        }
        var version = catalog.resolve(namespace, rest);
        return new VersionOrigin.OfVersion(version.model(), version.number());
    }

    private VersionOrigin ofPlace(Name namespace, ArtifactPlace place) {
        return switch (place.owned()) {
            case RUN -> new VersionOrigin.OfRun(place.id(), place.path());
            case LOGGED_MODEL -> new VersionOrigin.OfLoggedModel(place.id(), place.path());
            case VERSION -> {
                var version = catalog.ready(namespace, place.id());
                yield new VersionOrigin.OfVersion(version.model(), version.number());
            }
        };
    }
}
