package dev.tidewright.tracking;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Map;

/** The rules for what users call things and write into them. */
final class Keys {

    static final int MAX_KEY = 250;
    static final int MAX_VALUE = 6000;
    static final int MAX_TAG = 8000;
    static final int MAX_EXPERIMENT = 500;
    static final int MAX_EXPERIMENT_TAG = 20_000;
    static final int MAX_TAGS = 100;

    private Keys() {}

    static String checked(String field, String key) {
        return checked(field, key, MAX_KEY);
    }

    static String checked(String field, String key, int longest) {
        if (key.isBlank()
                || key.length() > longest
                || key.chars().anyMatch(Character::isISOControl)
                || hasHalfCharacters(key)) {
            throw new Refusal.Invalid(
                    "invalid-key",
                    field,
                    "\"" + Text.shortened(key, 60) + "\" cannot be a " + field + ": use 1 to " + longest
                            + " characters, no control characters");
        }
        return key;
    }

    static String checkedValue(String key, String value) {
        return checkedValue(key, value, MAX_VALUE);
    }

    static String checkedValue(String key, String value, int longest) {
        var characters = value.codePointCount(0, value.length());
        if (characters > longest || value.indexOf('\0') >= 0 || hasHalfCharacters(value)) {
            throw new Refusal.Invalid(
                    "invalid-value",
                    key,
                    "the value of \"" + Text.shortened(key, 60) + "\" has " + characters + " characters: use at most "
                            + longest + ", none of them NUL");
        }
        return value;
    }

    static Map<String, String> checkedTags(Map<String, String> tags) {
        if (tags.size() > MAX_TAGS) {
            throw new Refusal.Invalid(
                    "too-many-tags", "tags", "there are " + tags.size() + " tags: use at most " + MAX_TAGS);
        }
        tags.forEach((key, value) -> checkedValue(checked("tag", key), value, MAX_TAG));
        return Map.copyOf(tags);
    }

    private static boolean hasHalfCharacters(String text) {
        return text.codePoints().anyMatch(character -> Character.getType(character) == Character.SURROGATE);
    }
}
