package dev.tidewright.images;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of an image, taken apart as container runtimes do.
 *
 * @param registry host and maybe port; {@code docker.io} where none is named
 * @param repository path at the registry, e.g. {@code library/python}
 * @param digest null where only a tag is given
 */
record ImageReference(
        String registry,
        String repository,
        String tag,
        @Nullable String digest) {

    private static final Pattern WHOLE =
            Pattern.compile("(?:(?<registry>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?)/)?"
                    + "(?<repository>[a-z0-9]+(?:(?:\\.|_{1,2}|-+|/)[a-z0-9]+)*)"
                    + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[a-z0-9]+:[a-f0-9]{32,128}))?");

    /** Empty for what is no name of an image. */
    static Optional<ImageReference> of(String text) {
        var parts = WHOLE.matcher(text);
        if (text.length() > 512 || !parts.matches()) {
            return Optional.empty();
        }
        var first = parts.group("registry");
        // A first part without a dot or port is a folder at the default registry.
        var isRegistry = first != null && (first.contains(".") || first.contains(":") || first.equals("localhost"));
        var path = first == null || isRegistry ? parts.group("repository") : first + "/" + parts.group("repository");
        var registry = isRegistry ? first : "docker.io";
        var official = registry.equals("docker.io") && !path.contains("/");
        var tag = parts.group("tag");
        return Optional.of(new ImageReference(
                registry, official ? "library/" + path : path, tag == null ? "latest" : tag, parts.group("digest")));
    }
}
