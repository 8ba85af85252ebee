package dev.tidewright.cluster;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a log, as its program wrote it: any bytes. What is shown of it is its text.
 *
 * @param bytes whole lines where possible; not copied, so nobody changes them
 * @param start the absolute byte offset of the first byte; more than was asked for when older bytes are gone
 * @param next the offset to read from next
 * @param ended nothing will follow after {@code next}
 */
public record LogSlice(@JsonIgnore byte[] bytes, long start, long next, boolean ended) {

    /** A piece has room for one character in any case. */
    public static final int LEAST = 16;

    /** A piece of plain text. */
    public LogSlice(String text, long start, long next, boolean ended) {
        this(text.getBytes(StandardCharsets.UTF_8), start, next, ended);
    }

    /** As UTF-8; bytes that are none are shown as U+FFFD. */
    @JsonProperty
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @JsonIgnore
    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /**
     * Leaves away what is not whole at the end: pieces that are read one after the other are neither cut inside a character
     * nor, where lines are not too long, inside a line.
     *
     * @param start the absolute offset of the first of these bytes
     * @param reachedEnd there are no bytes after these now
     * @param ended and there never will be
     */
    public static LogSlice cut(byte[] bytes, long start, boolean reachedEnd, boolean ended) {
        var to = reachedEnd && ended ? bytes.length : wholeLines(bytes);
        var whole = to == bytes.length ? bytes : Arrays.copyOf(bytes, to);
        return new LogSlice(whole, start, start + to, reachedEnd && ended);
    }

    /** The end of the last whole line, or, when the line is longer than that, of the last whole character. */
    private static int wholeLines(byte[] bytes) {
        for (var end = bytes.length; end > 0; end--) {
            if (bytes[end - 1] == '\n') {
                return end;
            }
        }
        return bytes.length - halfCharacterAtEnd(bytes);
    }

    /** How many bytes at the beginning belong to a character that began before. */
    static int continuationsAtStart(byte[] bytes) {
        var count = 0;
        while (count < Math.min(3, bytes.length) && isContinuation(bytes[count])) {
            count++;
        }
        return count;
    }

    private static int halfCharacterAtEnd(byte[] bytes) {
        for (var back = 1; back <= Math.min(3, bytes.length); back++) {
            var value = bytes[bytes.length - back] & 0xff;
            if (!isContinuation((byte) value)) {
                var length = value >= 0xf0 ? 4 : value >= 0xe0 ? 3 : value >= 0xc0 ? 2 : 1;
                return length > back ? back : 0;
            }
        }
        return 0;
    }

    private static boolean isContinuation(byte value) {
        return (value & 0xc0) == 0x80;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LogSlice(var others, var begin, var following, var over)
                && Arrays.equals(bytes, others)
                && start == begin
                && next == following
                && ended == over;
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(bytes), start, next, ended);
    }

    @Override
    public String toString() {
        return "LogSlice[text=" + text() + ", start=" + start + ", next=" + next + ", ended=" + ended + "]";
    }
}
