package dev.tidewright.images;

import dev.tidewright.kernel.Text;
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
public record ImageReference(
        String registry,
        String repository,
        String tag,
        @Nullable String digest) {

    /** Of registry and repository together. */
    private static final int LONGEST_NAME = 255;

    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
    private static final String PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern WHOLE = Pattern.compile("(?<name>(?:(?<registry>" + LABEL + "(?:\\." + LABEL
            + ")*(?::[0-9]{1,5})?)/)?(?<repository>" + PART + "(?:/" + PART + ")*))"
            + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
            + "(?:@(?<digest>sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}))?");

    /** Empty for what is no name of an image: runtimes would refuse it, not only their registries. */
    public static Optional<ImageReference> of(String text) {
        var parts = WHOLE.matcher(text);
        if (text.length() > 2 * LONGEST_NAME + 128
                || !parts.matches()
                || parts.group("name").length() > LONGEST_NAME) {
            return Optional.empty();
        }
        var first = parts.group("registry");
        // A first part without a dot or port is a folder at the default registry.
        var isRegistry = first != null && (first.contains(".") || first.contains(":") || first.equals("localhost"));
        if (first != null && !isRegistry && !first.matches(PART)) {
            return Optional.empty();
        }
        var path = first == null || isRegistry ? parts.group("repository") : first + "/" + parts.group("repository");
        var registry = isRegistry ? first : "docker.io";
        var official = registry.equals("docker.io") && !path.contains("/");
        var tag = parts.group("tag");
        return Optional.of(new ImageReference(
                registry, official ? "library/" + path : path, tag == null ? "latest" : tag, parts.group("digest")));
    }

    /** What to say of a text that is none. */
    public static String refusal(String text) {
        return "\"" + Text.shortened(text, 80) + "\" is no name of an image: give one like \"python:3.12\" or"
                + " \"registry.example/team/name:tag\", in lower case, at most 255 characters before the tag; a digest"
                + " is sha256: and 64 hexadecimal digits";
    }
}
