package dev.tidewright.catalog;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules for tags and descriptions. */
final class Labels {

    static final int MAX_TAGS = 200;
    static final int MAX_KEY = 250;
    static final int MAX_VALUE = 100_000;
    static final int MAX_TEXT = 500_000;
    static final int MAX_DESCRIPTION = 65_536;

    private Labels() {}

    static Map<String, String> tags(@Nullable Map<String, String> tags) {
        if (tags == null) {
            return Map.of();
        }
        if (tags.size() > MAX_TAGS) {
            throw new Refusal.Invalid("too-many-tags", "tags", tags.size() + " tags: use at most " + MAX_TAGS);
        }
        tags.forEach((key, value) -> {
            if (key.isBlank()
                    || key.length() > MAX_KEY
                    || !isText(key)
                    || key.chars().anyMatch(Character::isISOControl)) {
                throw new Refusal.Invalid(
                        "invalid-tag",
                        "tags",
                        "\"" + Text.shortened(key, 60) + "\" cannot be a tag: use 1 to " + MAX_KEY + " characters");
            }
            if (value == null || value.length() > MAX_VALUE || !isText(value)) {
                throw new Refusal.Invalid(
                        "invalid-tag",
                        "tags." + Text.shortened(key, 60),
                        "the value of tag \"" + Text.shortened(key, 60) + "\" is missing or too long: use at most "
                                + MAX_VALUE + " characters");
            }
        });
        var length = tags.entrySet().stream()
                .mapToInt(tag -> tag.getKey().length() + tag.getValue().length())
                .sum();
        if (length > MAX_TEXT) {
            throw new Refusal.Invalid(
                    "too-many-tags", "tags", "the tags have " + length + " characters: use at most " + MAX_TEXT);
        }
        return Map.copyOf(tags);
    }

    static String description(@Nullable String text) {
        if (text == null) {
            return "";
        }
        if (text.length() > MAX_DESCRIPTION || !isText(text)) {
            throw new Refusal.Invalid(
                    "invalid-description",
                    "description",
                    "the description has " + text.length() + " characters: use at most " + MAX_DESCRIPTION
                            + ", none of them NUL");
        }
        return text;
    }

    /** What PostgreSQL can keep. */
    private static boolean isText(String text) {
        return text.codePoints()
                .noneMatch(character -> character == 0 || Character.getType(character) == Character.SURROGATE);
    }
}
