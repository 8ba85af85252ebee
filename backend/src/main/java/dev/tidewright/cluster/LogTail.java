package dev.tidewright.cluster;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Reads the end of a log, or what comes before a place in it, without reading the rest. */
public final class LogTail {

    private static final int FIRST_LOOK = 32 * 1024;

    private LogTail() {}

    /** A log that is read piece by piece; see {@link Cluster#logs}. */
    @FunctionalInterface
    public interface Source {
        LogSlice read(long position, int maxBytes);
    }

    /**
     * The last lines before {@code end}.
     *
     * @param end {@link Long#MAX_VALUE} for the end of the log
     * @param maxBytes where lines are long, fewer are answered
     */
    public static LogSlice before(Source log, long end, int lines, int maxBytes) {
        var to = Math.min(end, log.read(end, 1).next());
        for (var size = Math.min(FIRST_LOOK, maxBytes); ; size = Math.min(4 * size, maxBytes)) {
            var from = Math.max(0, to - size);
            var piece = between(log, from, to);
            // A piece that begins later than it was asked for begins where the log does: what was older is gone.
            var whole = piece.start() > from || from == 0;
            if (whole || size == maxBytes || newlines(piece.bytes()) > lines) {
                return lastLines(piece, lines, whole);
            }
        }
    }

    private static long newlines(byte[] bytes) {
        var count = 0L;
        for (var value : bytes) {
            count += value == '\n' ? 1 : 0;
        }
        return count;
    }

    private static LogSlice between(Source log, long from, long to) {
        var bytes = new ByteArrayOutputStream();
        var start = -1L;
        var position = from;
        var ended = false;
        while (position < to) {
            var slice = log.read(position, (int) (to - position));
            start = start < 0 ? slice.start() : start;
            ended = slice.ended();
            if (slice.isEmpty() || slice.next() <= position) {
                break;
            }
            bytes.writeBytes(slice.bytes());
            position = slice.next();
        }
        return new LogSlice(bytes.toByteArray(), start < 0 ? to : start, position, ended);
    }

    /** @param whole the piece begins with a line, not inside one */
    private static LogSlice lastLines(LogSlice piece, int lines, boolean whole) {
        var bytes = piece.bytes();
        var newline = bytes.length > 0 && bytes[bytes.length - 1] == '\n' ? bytes.length - 1 : bytes.length;
        for (var count = 0; count < lines && newline >= 0; count++) {
            newline = lastNewline(bytes, newline - 1);
        }
        if (newline < 0 && !whole) {
            newline = firstNewline(bytes);
        }
        if (newline + 1 == bytes.length) {
            newline = -1;
        }
        // Of a line that is too long, what begins inside a character.
        var from = newline < 0 && !whole ? LogSlice.continuationsAtStart(bytes) : newline + 1;
        return from == 0
                ? piece
                : new LogSlice(
                        Arrays.copyOfRange(bytes, from, bytes.length),
                        piece.start() + from,
                        piece.next(),
                        piece.ended());
    }

    private static int lastNewline(byte[] bytes, int from) {
        var at = from;
        while (at >= 0 && bytes[at] != '\n') {
            at--;
        }
        return at;
    }

    /** -1 where there is none. */
    private static int firstNewline(byte[] bytes) {
        for (var at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                return at;
            }
        }
        return -1;
    }
}
