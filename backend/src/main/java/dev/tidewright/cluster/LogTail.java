package dev.tidewright.cluster;

import java.nio.charset.StandardCharsets;

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
            if (whole || size == maxBytes || newlines(piece.text()) > lines) {
                return lastLines(piece, lines, whole);
            }
        }
    }

    private static long newlines(String text) {
        return text.chars().filter(character -> character == '\n').count();
    }

    private static LogSlice between(Source log, long from, long to) {
        var text = new StringBuilder();
        var start = -1L;
        var position = from;
        var ended = false;
        while (position < to) {
            var slice = log.read(position, (int) (to - position));
            start = start < 0 ? slice.start() : start;
            ended = slice.ended();
            if (slice.text().isEmpty() || slice.next() <= position) {
                break;
            }
            text.append(slice.text());
            position = slice.next();
        }
        return new LogSlice(text.toString(), start < 0 ? to : start, position, ended);
    }

    /** @param whole the piece begins with a line, not inside one */
    private static LogSlice lastLines(LogSlice piece, int lines, boolean whole) {
        var text = piece.text();
        var newline = text.endsWith("\n") ? text.length() - 1 : text.length();
        for (var count = 0; count < lines && newline >= 0; count++) {
            newline = text.lastIndexOf('\n', newline - 1);
        }
        if (newline < 0 && !whole) {
            newline = text.indexOf('\n');
        }
        if (newline < 0 || newline + 1 == text.length()) {
            return piece;
        }
        var kept = text.substring(newline + 1);
        var start = piece.next() - kept.getBytes(StandardCharsets.UTF_8).length;
        return new LogSlice(kept, start, piece.next(), piece.ended());
    }
}
