package dev.tidewright.cluster;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Variables of this process that programs get too: only those that are named, because any other may be a secret. */
public final class PassedEnvironment {

    private PassedEnvironment() {}

    /**
     * The variables that programs get too.
     *
     * @param all the variables of this process
     * @param patterns names; {@code *} at the end matches any rest
     */
    public static SortedMap<String, String> of(Map<String, String> all, List<String> patterns) {
        var passed = new TreeMap<String, String>();
        all.forEach((name, value) -> {
            if (patterns.stream().anyMatch(pattern -> matches(pattern, name))) {
                passed.put(name, value);
            }
        });
        return passed;
    }

    private static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }
}
