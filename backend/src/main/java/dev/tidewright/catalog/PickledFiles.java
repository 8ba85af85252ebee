package dev.tidewright.catalog;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Looks for pickled code among the files of a model: by their names, by what MLmodel says, and by how they begin. */
class PickledFiles {

    private static final String DESCRIPTION = "MLmodel";
    private static final String BOOSTER = "lightgbm.basic.Booster";
    private static final int MAX_DESCRIPTION = 1 << 20;
    /** More than models have; beyond, names and MLmodel tell. */
    private static final int MAX_LOOKED_INTO = 5000;

    private final Artifacts artifacts;

    PickledFiles(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    /** The first such file; empty where none is known. */
    Optional<Pickled> find(List<Stored> files) {
        return named(files).or(() -> described(files)).or(() -> lookedInto(files));
    }

    private static Optional<Pickled> named(List<Stored> files) {
        return files.stream()
                .flatMap(file -> PickleSigns.of(file.path()).map(sign -> new Pickled(file.path(), sign)).stream())
                .findFirst();
    }

    private Optional<Pickled> lookedInto(List<Stored> files) {
        return files.stream()
                .limit(MAX_LOOKED_INTO)
                .flatMap(file ->
                        PickleSigns.of(head(file, PickleSigns.HEAD))
                                .map(sign -> new Pickled(file.path(), sign))
                                .stream())
                .findFirst();
    }

    private Optional<Pickled> described(List<Stored> files) {
        return files.stream()
                .filter(file -> file.path().equals(DESCRIPTION))
                .findFirst()
                .flatMap(file -> unpickled(head(file, MAX_DESCRIPTION)))
                .map(path -> new Pickled(path, Pickled.Sign.DESCRIBED));
    }

    /** The file that one of the flavours says it unpickles, whatever it is called. */
    static Optional<String> unpickled(byte[] description) {
        Object read;
        try {
            read = new Yaml(new SafeConstructor(new LoaderOptions()))
                    .load(new String(description, StandardCharsets.UTF_8));
        } catch (YAMLException unreadable) {
            // Nothing loads it, either.
            return Optional.empty();
        }
        if (!(read instanceof Map<?, ?> model) || !(model.get("flavors") instanceof Map<?, ?> flavours)) {
            return Optional.empty();
        }
        var found = new TreeSet<String>();
        flavours.forEach((name, of) -> {
            if (of instanceof Map<?, ?> flavour) {
                add(found, byFlavour(String.valueOf(name), flavour));
            }
        });
        return found.stream().findFirst();
    }

    private static void add(Collection<String> found, @Nullable Object path) {
        if (path != null) {
            found.add(String.valueOf(path));
        }
    }

    private static @Nullable Object byFlavour(String name, Map<?, ?> flavour) {
        var format = String.valueOf(flavour.get("serialization_format"));
        return switch (name) {
            // Older clients wrote no format, and pickled.
            case "sklearn" -> format.equals("skops") ? null : or(flavour.get("pickled_model"), "model.pkl");
            case "python_function" -> flavour.get("python_model");
            case "lightgbm" ->
                format.equals("skops")
                                || or(flavour.get("model_class"), BOOSTER).equals(BOOSTER)
                        ? null
                        : or(flavour.get("data"), "model.pkl");
            default -> null;
        };
    }

    private static Object or(@Nullable Object given, String otherwise) {
        return given == null ? otherwise : given;
    }

    private byte[] head(Stored file, int length) {
        try (var bytes = artifacts.open(file, 0, length)) {
            return bytes.readNBytes(length);
        } catch (IOException fault) {
            throw new UncheckedIOException("a file of a model cannot be read", fault);
        }
    }
}
