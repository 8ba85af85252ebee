package dev.tidewright.cluster;

import java.util.List;

/**
 * A piece of a log as a page shows it.
 *
 * @param start where it begins
 * @param next where to go on reading
 * @param earlier something lies before it
 */
public record LogPiece(List<LogLine> lines, long start, long next, boolean ended, boolean earlier) {

    /** As much as a reader wants to see at first, and at each further step back. */
    private static final int LINES = 400;

    private static final int MOST = 1 << 20;

    /** What a page shows while a log cannot be read. */
    public static final LogPiece NOTHING = new LogPiece(List.of(), 0, 0, false, false);

    public LogPiece {
        lines = List.copyOf(lines);
    }

    /** The last lines before {@code end}; {@link Long#MAX_VALUE} is the end of the log. */
    public static LogPiece before(LogTail.Source log, long end) {
        var slice = LogTail.before(log, end, LINES, MOST);
        return new LogPiece(
                LogLine.of(slice.text()),
                slice.start(),
                slice.next(),
                slice.ended(),
                slice.start() > log.read(0, 1).start());
    }

    /** What was written from {@code position} on. */
    public static LogPiece after(LogSlice slice) {
        return new LogPiece(LogLine.of(slice.text()), slice.start(), slice.next(), slice.ended(), false);
    }
}
