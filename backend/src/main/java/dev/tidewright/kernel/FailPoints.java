package dev.tidewright.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Named places at which the crash tests kill this process, so that what a restart finds there is known and not a matter
 * of luck. {@code TIDEWRIGHT_FAIL_POINT_FILE} names a file; writing {@code job.submit.after-commit} into it arms the next
 * passage of that point, {@code …:3} the third from then. The file is gone before the process is. Without the variable,
 * which only the crash tests set, a point costs one comparison.
 */
public final class FailPoints {

    private static final @Nullable Path ARMED = file(System.getenv("TIDEWRIGHT_FAIL_POINT_FILE"));

    private FailPoints() {}

    /** Ends the process at once and without any clean-up when this point is armed, as {@code kill -9} would. */
    public static void reach(String name) {
        if (ARMED != null && isDue(ARMED, name)) {
            Runtime.getRuntime().halt(137);
        }
    }

    private static synchronized boolean isDue(Path armed, String name) {
        try {
            if (!Files.exists(armed)) {
                return false;
            }
            var wanted = Files.readString(armed).strip().split(":", 2);
            if (!wanted[0].equals(name)) {
                return false;
            }
            var passages = wanted.length == 1 ? 1 : Integer.parseInt(wanted[1]);
            if (passages > 1) {
                Files.writeString(armed, name + ":" + (passages - 1));
                return false;
            }
            Files.delete(armed);
            return true;
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static @Nullable Path file(@Nullable String name) {
        return name == null || name.isBlank() ? null : Path.of(name);
    }
}
