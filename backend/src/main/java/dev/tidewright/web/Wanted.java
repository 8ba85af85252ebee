package dev.tidewright.web;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Scalar;
import dev.tidewright.kernel.Timespan;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** What a value of some type looks like, for the refusal of another one: a type error tells what is allowed. */
final class Wanted {

    private Wanted() {}

    static String words(@Nullable Class<?> type) {
        if (type == null) {
            return "give a value of another type";
        }
        var plain = ClassUtils.resolvePrimitiveIfNecessary(type);
        if (plain.isEnum()) {
            return "give one of "
                    + Arrays.stream(plain.getEnumConstants())
                            .map(String::valueOf)
                            .collect(Collectors.joining(", "));
        }
        if (plain == Boolean.class) {
            return "give true or false";
        }
        if (plain == Integer.class || plain == Long.class) {
            return "give a whole number";
        }
        if (Number.class.isAssignableFrom(plain)) {
            return "give a number";
        }
        if (plain == UUID.class) {
            return "give an id like \"0197a3c4-5f1e-7d20-9c1b-3a5e8f0b2c4d\"";
        }
        if (plain == Timespan.class) {
            return "give a length of time like \"90s\", \"12h\", \"30d\" or \"PT90S\"";
        }
        return structure(plain);
    }

    private static String structure(Class<?> type) {
        if (type == String.class || type == Name.class) {
            return "give text, like \"abc\"";
        }
        if (type == Scalar.class) {
            return "give text, a number, true or false";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "give a list, like [\"a\", \"b\"]";
        }
        return Map.class.isAssignableFrom(type) || type.isRecord()
                ? "give an object, like {\"key\": …}"
                : "give a value of another type";
    }
}
