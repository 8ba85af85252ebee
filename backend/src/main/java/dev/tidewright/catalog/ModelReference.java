package dev.tidewright.catalog;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;

/** How people write a version: {@code diabetes/3}, {@code diabetes@champion}, {@code diabetes} (the highest number). */
public sealed interface ModelReference {

    ModelName model();

    /** A version by number. */
    record Numbered(ModelName model, int number) implements ModelReference {
        @Override
        public String toString() {
            return model + "/" + number;
        }
    }

    /** A version by alias. */
    record Aliased(ModelName model, Alias alias) implements ModelReference {
        @Override
        public String toString() {
            return model + "@" + alias;
        }
    }

    /** The highest number. */
    record Latest(ModelName model) implements ModelReference {
        @Override
        public String toString() {
            return model + "@" + Alias.LATEST;
        }
    }

    /** Reads the written form, or refuses. */
    static ModelReference parse(String text) {
        var slash = text.indexOf('/');
        if (slash >= 0) {
            return new Numbered(new ModelName(text.substring(0, slash)), number(text, text.substring(slash + 1)));
        }
        // A name may have an @, an alias has none.
        var at = text.lastIndexOf('@');
        if (at < 0) {
            return new Latest(new ModelName(text));
        }
        return of(new ModelName(text.substring(0, at)), text.substring(at + 1));
    }

    /** What an alias of a model means, {@code latest} too. */
    static ModelReference of(ModelName model, String alias) {
        return alias.equalsIgnoreCase(Alias.LATEST) ? new Latest(model) : new Aliased(model, new Alias(alias));
    }

    private static int number(String text, String digits) {
        try {
            var number = Integer.parseInt(digits);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException malformed) {
            // Said below.
        }
        throw new Refusal.Invalid(
                "invalid-model-reference",
                "model",
                "\"" + Text.shortened(text, 80)
                        + "\" names no version: write \"diabetes/3\", \"diabetes@champion\" or \"diabetes\"");
    }
}
